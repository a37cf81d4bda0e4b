// The mailboxes of an account as the page lists them, and doing one thing to many of them.
import { ApiError, pathOf } from '../api.ts'
import type { List, Mailbox } from '../shapes.ts'
import { ask, tellOf } from './ask.ts'

export type ListedMailbox = Mailbox & { unseenCount?: number }
export type State = 'active' | 'archived'

const atOnce = 50

export function askMailboxes(
  { state, part, cursor }: { state: State; part: string; cursor: string | null },
  signal?: AbortSignal,
): Promise<List<ListedMailbox>> {
  const query = new URLSearchParams({ state, limit: String(atOnce) })
  if (part) query.set('q', part.slice(0, 100))
  if (cursor) query.set('cursor', cursor)
  return ask<List<ListedMailbox>>('GET', `/mailboxes?${query}`, signal ? { signal } : {})
}

/** An archived one is named by its id: its address may be open anew. */
export const nameOf = ({ id, address, state }: ListedMailbox): string =>
  state === 'archived' && id !== null ? id : address

export const endOne = (mailbox: ListedMailbox, permanent: boolean): Promise<null> =>
  ask('DELETE', `${pathOf('mailboxes', nameOf(mailbox))}?permanent=${permanent}`)

export type Progress = { done: number; all: number; failed: { address: string; why: string }[] }

const together = 4
const mostWaits = 5

/** Ends each; what fails does not keep the others. One that is gone already counts as done. */
export async function endMany(
  mailboxes: readonly ListedMailbox[],
  permanent: boolean,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Progress> {
  const waiting = [...mailboxes]
  const progress: Progress = { done: 0, all: mailboxes.length, failed: [] }
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one && !signal.aborted; one = waiting.shift()) {
      const why = await failureOf(() => endOne(one, permanent))
      if (why === null) progress.done++
      else progress.failed.push({ address: one.address, why })
      tell({ ...progress })
    }
  }
  await Promise.all(Array.from({ length: together }, work))
  return progress
}

/** Waits as the server says where it was too often. */
async function failureOf(run: () => Promise<unknown>): Promise<string | null> {
  for (let waits = 0; ; waits++) {
    try {
      await run()
      return null
    } catch (error) {
      if (!(error instanceof ApiError)) return tellOf(error)
      if (error.reason === 'mailbox-unknown') return null
      if (error.reason !== 'rate-exceeded' || waits === mostWaits) return tellOf(error)
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? 1) * 1000))
    }
  }
}
