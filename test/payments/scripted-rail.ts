// A rail whose service is the test: it says what it likes, signed as a true one's calls are, or badly.
import { manual } from '../../src/payments/manual.ts'
import type { Notice, Order, Rail, RailName } from '../../src/payments/rail.ts'
import { invalid, Refusal } from '../../src/refusal.ts'

const secret = 'what the service and the server know'
const header = 'scripted-signature'

const signature = (body: Uint8Array | string): string =>
  new Bun.CryptoHasher('sha256', secret).update(body).digest('hex')

export type Called = { body: Uint8Array<ArrayBuffer>; headers: Headers }

/** A call of the service that says this. */
export function called(notice: Notice | null): Called {
  const body = new TextEncoder().encode(JSON.stringify(notice))
  return { body, headers: new Headers({ [header]: signature(body) }) }
}

/** The same by somebody who knows no secret. */
export const forged = (notice: Notice): Called => ({
  ...called(notice),
  headers: new Headers({ [header]: '0'.repeat(64) }),
})

export type Scripted = Rail & { begun: Order[]; isDown: boolean }

/** It sells what is called neither "free" nor "basic". */
export function scriptedRail(name: RailName): Scripted {
  const price = name === 'stripe' ? null : { amount: '4.5', currency: 'EUR' }
  const rail: Scripted = {
    name,
    begun: [],
    isDown: false,
    priceOf: () => price,
    sells: (plan) => !['free', 'basic'].includes(plan.name),
    begin: async (order) => {
      if (rail.isDown) throw new Refusal('rail-unavailable')
      rail.begun.push(order)
      return {
        reference: `${name}-${rail.begun.length}`,
        checkoutUrl: `https://${name}.example/pay/${rail.begun.length}`,
        price,
      }
    },
    hear: async (body, headers) => {
      if (headers.get(header) !== signature(body)) throw new Refusal('credential-wrong')
      try {
        return JSON.parse(new TextDecoder().decode(body))
      } catch {
        throw invalid('body', 'must be JSON')
      }
    },
  }
  return rail
}

/** All three rails; `without` some. */
export function scriptedRails(...without: RailName[]) {
  const stripe = scriptedRail('stripe')
  const lightning = scriptedRail('lightning')
  const rails = new Map<RailName, Rail>([
    ['stripe', stripe],
    ['lightning', lightning],
    ['manual', manual],
  ])
  for (const name of without) rails.delete(name)
  return { rails, stripe, lightning }
}
