// A core that sells, and what a customer and the rails' services do with it.
import { type AccountCaller, nobody } from '../../src/accounts/caller.ts'
import type { Use } from '../../src/keys/service.ts'
import type { Invoice } from '../../src/payments/invoice.ts'
import type { Notice, RailName } from '../../src/payments/rail.ts'
import { type TestCore, testConfig, testCore } from '../core.ts'
import { called, scriptedRails } from './scripted-rail.ts'

export const day = 86_400_000
export const hour = 3_600_000
export const anywhere: Use = { dialect: 'mailfade', client: '192.0.2.7', origin: null, referer: null, host: null }

export type Ordered = { id: string; secret: string; checkoutUrl: string }

export type Shop = ReturnType<typeof shop>

let notices = 0

export function shop(options: { env?: Record<string, string>; file?: string; without?: RailName[] } = {}) {
  const { env, file, without = [] } = options
  const { rails, stripe, lightning } = scriptedRails(...without)
  const core: TestCore = testCore({ rails, config: testConfig(env), ...(file === undefined ? {} : { file }) })
  const { payments } = core
  const order = async (
    rail: RailName,
    { plan = 'dev', caller, client = '192.0.2.1' }: { plan?: string; caller?: AccountCaller; client?: string } = {},
  ): Promise<Ordered> => {
    let secret = ''
    const returnTo = (id: string): string => `https://mail.example/app/checkout/${id}`
    const { invoice, checkoutUrl } = await payments.order(caller ?? nobody, { plan, rail, client, returnTo })
    const began = rail === 'stripe' ? stripe.begun : rail === 'lightning' ? lightning.begun : null
    secret = (began ? (began.at(-1)?.returnUrl ?? '') : checkoutUrl).split('#')[1] ?? ''
    return { id: invoice.id, secret, checkoutUrl }
  }
  const tell = async (rail: RailName, notice: Notice): Promise<void> => {
    const { body, headers } = called(notice)
    await payments.hear(rail, body, headers)
  }
  return {
    core,
    payments,
    stripe,
    lightning,
    order,
    tell,
    /** The service tells that it was paid, now unless said otherwise. */
    paid: (
      rail: RailName,
      invoiceId: string,
      {
        id = `notice ${++notices}`,
        at = core.clock.now,
        until = null,
        subscription = null,
      }: { id?: string; at?: number; until?: number | null; subscription?: string | null } = {},
    ): Promise<void> => tell(rail, { id, invoiceId, at, what: 'paid', until, subscription }),
    ended: (rail: RailName, invoiceId: string, subscription: string, at = core.clock.now): Promise<void> =>
      tell(rail, { id: `notice ${++notices}`, invoiceId, at, what: 'ended', subscription }),
    expired: (rail: RailName, invoiceId: string, at = core.clock.now): Promise<void> =>
      tell(rail, { id: `notice ${++notices}`, invoiceId, at, what: 'expired' }),
    /** A key that was bought for money. */
    bought: async (plan = 'dev', rail: RailName = 'lightning') => {
      const ordered = await order(rail, { plan })
      await tell(rail, {
        id: `notice ${++notices}`,
        invoiceId: ordered.id,
        at: core.clock.now,
        what: 'paid',
        until: null,
        subscription: null,
      })
      const { key } = await payments.handOut(ordered.id, ordered.secret, '192.0.2.1')
      return { ...ordered, key, caller: await core.keys.holder(key, anywhere) }
    },
    invoice: (id: string): Promise<Invoice> => payments.get({ kind: 'operator' }, id),
    /** Lets time pass, with what a server does meanwhile at its end. */
    pass: async (ms: number): Promise<void> => {
      core.clock.now += ms
      while (await payments.runOut());
    },
    account: async (id: string | null) => {
      const account = id === null ? null : await core.accounts.find(id)
      if (!account) throw new Error('there is no such account')
      return account
    },
  }
}
