// An order as its page sees it: by the secret of its address, or by who is signed in to the account that it is for.
import { ApiError, call, pathOf } from '../api.ts'
import type { Invoice } from '../member/invoice-list.ts'

export type Order = Pick<Invoice, 'plan' | 'rail' | 'state' | 'checkoutUrl' | 'expiresAt' | 'paidUntil'> & {
  key: 'none' | 'ready' | 'shown'
  /** It is for an account that is there: no key is handed out. */
  forAccount: boolean
}

/** Null: there is none, or not for who asks. Throws ApiError. */
export async function lookAt(id: string, secret: string, signal: AbortSignal): Promise<Order | null> {
  try {
    if (secret !== '')
      return await call<Order>('POST', pathOf('checkout', id), { body: { secret }, asNobody: true, signal })
    const own = await call<Invoice>('GET', pathOf('account', 'invoices', id), { signal })
    return { ...own, key: 'none', forAccount: true }
  } catch (error) {
    const isNone = error instanceof ApiError && ['invoice-unknown', 'invalid-request'].includes(error.reason)
    if (isNone) return null
    throw error
  }
}

/** Hands the key out, once. `press`: the same for each try, so that an answer that was lost on the way is got again. */
export async function takeKey(id: string, secret: string, press: string): Promise<string> {
  const { key } = await call<{ key: string }>('POST', `${pathOf('checkout', id)}/key`, {
    body: { secret },
    asNobody: true,
    headers: { 'Idempotency-Key': press },
  })
  return key
}

/** A name for one thing that is done. */
export const newPress = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Until it is looked at again; null: nothing more will come of it. */
export const nextLookMs = ({ state }: Order): number | null =>
  state === 'paid' ? null : state === 'pending' ? 3000 : 30_000

/** After a look that failed. */
export const nextTryMs = (error: unknown): number =>
  Math.max(error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0, 5) * 1000
