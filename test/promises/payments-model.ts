// What services tell of payments, as badly as they may, and what it must come to: a model that knows the whole history of
// each order, in its true order.
import { type Caller, nobody } from '../../src/accounts/caller.ts'
import type { Notice, RailName } from '../../src/payments/rail.ts'
import { tenant } from '../accounts/tenant.ts'
import type { TestCore } from '../core.ts'
import type { Scripted } from '../payments/scripted-rail.ts'

export const day = 86_400_000
const plans = ['dev', 'team', 'pro'] as const

export type History = {
  invoiceId: string
  secret: string
  rail: RailName
  plan: string
  /** Who ordered it; null: nobody with a key. */
  accountId: string | null
  /** What happened there, each once. */
  notices: Notice[]
}

const random = (below: number): number => Math.floor(Math.random() * below)
const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item)

/** So many orders, some of them of accounts that were there before, and what became of each at its rail. */
export async function histories(
  core: TestCore,
  rails: { stripe: Scripted; lightning: Scripted },
  orders: number,
): Promise<History[]> {
  const tenants = await Promise.all(Array.from({ length: 5 }, () => tenant(core, { plan: 'free' })))
  const found: History[] = []
  for (let n = 0; n < orders; n++) {
    const rail = n % 2 === 0 ? 'stripe' : 'lightning'
    // Of an account from before only what is paid once, for one plan: its days add up.
    const owner = rail === 'lightning' && n % 4 === 1 ? tenants[n % tenants.length] : undefined
    const plan = owner ? 'dev' : (plans[random(plans.length)] ?? 'dev')
    const caller: Caller = owner?.caller ?? nobody
    const client = `192.0.${random(250)}.${n % 250}`
    const returnTo = (id: string): string => `https://mail.example/app/checkout/${id}`
    const { invoice } = await core.payments.order(caller, { plan, rail, client, returnTo })
    const secret = rails[rail].begun.at(-1)?.returnUrl.split('#')[1] ?? ''
    const about = { invoiceId: invoice.id, secret, rail, plan, accountId: owner?.account.id ?? null } as const
    found.push({ ...about, notices: happening(rail, invoice.id, core.clock.now, n) })
  }
  return found
}

/** What happens to an order at its rail, from `now` on. */
function happening(rail: 'stripe' | 'lightning', invoiceId: string, now: number, n: number): Notice[] {
  const notices: Notice[] = []
  const add = (notice: Omit<Extract<Notice, { what: 'paid' }>, 'id' | 'invoiceId'>): void =>
    void notices.push({ ...notice, id: `${rail} ${n} ${notices.length}`, invoiceId })
  const expire = (at: number): void =>
    void notices.push({ id: `${rail} ${n} ${notices.length}`, invoiceId, at, what: 'expired' })
  const fate = random(10)
  if (fate === 0) return notices
  if (fate <= 2) expire(now)
  if (fate === 1) return notices
  if (rail === 'lightning') {
    // Told of twice, under two names.
    for (let times = 1 + random(2); times > 0; times--) add({ what: 'paid', at: now, until: null, subscription: null })
    return notices
  }
  const subscription = `sub_${n}`
  const periods = 1 + random(4)
  for (let period = 0; period < periods; period++) {
    const at = now + period * 30 * day
    add({ what: 'paid', at, until: at + 30 * day, subscription })
    // The first is told of by the checkout as well.
    if (period === 0) add({ what: 'paid', at: at + 1, until: at + 30 * day, subscription })
  }
  if (random(3) === 0) {
    const at = now + (periods - 1) * 30 * day + 10 * day
    notices.push({ id: `${rail} ${n} ended`, invoiceId, at, what: 'ended', subscription })
    // Some pay all the same.
    if (random(2) === 0) add({ what: 'paid', at: at + 5 * day, until: at + 45 * day, subscription })
  }
  return notices
}

/** What the model makes of it: whether it is paid, and until when. */
export function worthOf({ notices }: History): { isPaid: boolean; until: number | null; endedAt: number | null } {
  const paid = notices.filter(({ what }) => what === 'paid')
  const untils = paid.flatMap((notice) => (notice.what === 'paid' && notice.until !== null ? [notice.until] : []))
  const endedAt = notices.find(({ what }) => what === 'ended')?.at ?? null
  const ended = endedAt !== null && paid.every(({ at }) => at <= endedAt) ? endedAt : null
  const until = untils.length === 0 ? null : Math.max(...untils)
  return {
    isPaid: paid.length > 0,
    until: until === null || ended === null ? until : Math.min(until, ended),
    endedAt: ended,
  }
}

export type Telling = { rail: RailName; notice: Notice; isForged: boolean }

/** All of it, each at least once, till there are so many; out of order, and with what somebody made up among it. */
export function tellings(all: readonly History[], events: number): Telling[] {
  const once = all.flatMap(({ rail, notices }) => notices.map((notice) => ({ rail, notice, isForged: false })))
  const more: Telling[] = []
  while (once.length + more.length < events) {
    const [one] = shuffled(all)
    const again = once[random(once.length)]
    if (random(4) > 0 && again) more.push(again)
    else if (one) more.push({ rail: one.rail, notice: madeUp(one), isForged: true })
  }
  return shuffled([...once, ...more])
}

/** What would give most, if it were believed. */
function madeUp({ invoiceId, notices }: History): Notice {
  const at = Date.UTC(2030, 0)
  const id = notices[random(notices.length)]?.id ?? 'made up'
  return { id: random(2) === 0 ? id : `${id} made up`, invoiceId, at, what: 'paid', until: at, subscription: 'made up' }
}
