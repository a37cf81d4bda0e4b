// Opening an address: it is painted before the server has said yes.
import { signal } from '@preact/signals'
import { ApiError, call, sentenceOf, serverNow } from '../api.ts'
import { anonymousLimits, facts } from '../facts.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { OpenedMailbox } from '../shapes.ts'
import { held, hold } from './held.ts'
import { inboxOf } from './inboxes.ts'
import { randomLocalPart } from './random.ts'

export type Opening = {
  /** Null where the server alone chooses. */
  address: string | null
  /** Why it was not opened; null while it is being opened. */
  failure: unknown
}

/** The address that is being opened; null while none is. */
export const opening = signal<Opening | null>(null)

const tries = 5

export const mayChooseName = (): boolean => anonymousLimits()?.customLocalPart ?? true
export const mayChooseDomain = (): boolean => anonymousLimits()?.chooseDomain ?? true

/** Opens a random address and looks at it. What goes wrong is in `opening`. */
export async function openRandom(): Promise<void> {
  if (opening.value?.failure === null) return
  for (let left = tries; ; left--) {
    const localPart = mayChooseName() ? randomLocalPart() : undefined
    const domain = facts.domains[0]?.name ?? ''
    opening.value = {
      address: localPart === undefined || domain === '' ? null : `${localPart}@${domain}`,
      failure: null,
    }
    try {
      await open({ ...(localPart === undefined ? {} : { localPart }) })
      opening.value = null
      return
    } catch (error) {
      // Somebody has it: another one is as good.
      if (error instanceof ApiError && error.reason === 'mailbox-taken' && left > 1) continue
      // Who has one goes on with that.
      const isFirst = held.value.length === 0
      opening.value = isFirst ? { address: null, failure: error } : null
      if (!isFirst) toast(sentenceOf(error), 'danger')
      return
    }
  }
}

/** Opens this address and looks at it. Throws ApiError. */
export async function open(wish: { localPart?: string; domain?: string }): Promise<void> {
  const made = await call<OpenedMailbox>('POST', '/mailboxes', { body: wish, asNobody: true })
  if (made.id === null || made.token === undefined) throw new Error('the server opened a mailbox without a token')
  const { id, token, address, expiresAt, createdAt } = made
  // In one that was public there may be mail already.
  inboxOf({ address, token }).all.isKnown.value = made.messageCount === 0
  hold({ id, token, address, expiresAt, since: createdAt ?? new Date(serverNow()).toISOString() })
}
