// Selling plans: orders, what rails say of them, the keys that are handed out for them, and what runs out. All policy about
// them is here.
import { byOf, type Caller, mustBeAdmin, ofAccount } from '../accounts/caller.ts'
import { makeKey } from '../keys/key.ts'
import { countedAddress } from '../limits/networks.ts'
import { Rate } from '../limits/rate.ts'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { type Reason, Refusal } from '../refusal.ts'
import { hashSecret, makeSecret } from '../secret.ts'
import type { By } from '../storage/audit-trail.ts'
import type { Heard } from './changes.ts'
import { type Invoice, stateAt } from './invoice.ts'
import { type Notice, type Price, type Rail, type RailName, railNames } from './rail.ts'
import type { ListedInvoice, PaymentStore } from './store.ts'

/** `returnTo`: the address of an invoice's page, to which the secret is added. */
export type OrderWish = { plan: string; rail: string; client: string; returnTo: (invoiceId: string) => string }

/** A service by which a plan is paid for. `price`: null where it alone knows; `days`: null where it is paid again and again. */
export type Offer = { rail: RailName; price: Price | null; days: number | null }

/** What the page of an invoice shows. `key`: whether it has one to hand out; `forAccount`: it never will, since its account is there. */
export type Checkout = { invoice: Invoice; key: 'none' | 'ready' | 'shown'; forAccount: boolean }

export type Reports = {
  heard: (rail: RailName, what: Notice['what'], outcome: Heard) => void
  log: Pick<Log, 'info' | 'warn'>
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const orderMs = dayMs
/** Orders that may wait to be paid at a time, and be made in a day (UTC), by one account or one address without a key. */
const mostPending = 20
const mostPerDay = 100
/** And come in a second from one address. */
const mostPerSecond = 100
/** Of all together. */
const mostPendingInAll = 20_000
const unpaidKeptMs = 30 * dayMs
/** Of those that nobody paid in time, for money that comes late. */
const mostUnpaid = 50_000
const overKeptMs = 400 * dayMs
/** Accounts that are looked at together. */
const dueTogether = 100

const server = { by: 'server', actorId: null, client: '' } as const

export class Payments {
  private readonly rate: Rate

  constructor(
    private readonly store: PaymentStore,
    private readonly plans: Plans,
    private readonly rails: ReadonlyMap<RailName, Rail>,
    private readonly rules: { renewalGraceMs: number },
    private readonly outside: Outside,
    private readonly reports: Reports,
  ) {
    this.rate = new Rate(mostPerSecond, outside.elapsed)
  }

  /** The rails that are set up. */
  railNames(): RailName[] {
    return railNames.filter((name) => this.rails.has(name))
  }

  // Orders

  /**
   * Orders a plan: for the caller's account, or for one that its payment will make. Refuses, in this order: plan-unknown,
   * rail-unknown, rail-unavailable (also where its service does not answer as it should), plan-unsold, too-many-invoices.
   */
  async order(caller: Caller, wish: OrderWish): Promise<{ invoice: Invoice; checkoutUrl: string }> {
    const plan = this.soldPlan(wish.plan)
    const railName = railNames.find((name) => name === wish.rail)
    if (!railName) throw new Refusal('rail-unknown')
    const rail = this.rails.get(railName)
    if (!rail) throw unavailable(railName)
    if (!rail.sells(plan)) throw new Refusal('plan-unsold')
    this.slowDown(wish.client)
    const id = this.outside.uuid()
    const secret = makeSecret(this.outside, '')
    const now = this.outside.now()
    const expiresAt = now + orderMs
    const own = caller.kind === 'nobody' ? null : ofAccount(caller, null)
    await this.store.writes.run('payments.order', {
      invoice: {
        id,
        accountId: own?.account.id ?? null,
        keyId: own?.key?.id ?? null,
        plan: plan.name,
        rail: railName,
        secretHash: hashSecret(secret),
        client: countedAddress(wish.client),
        createdAt: now,
        expiresAt,
      },
      bounds: {
        pending: mostPending,
        perDay: mostPerDay,
        since: Math.floor(now / dayMs) * dayMs,
        pendingInAll: mostPendingInAll,
      },
    })
    const returnUrl = `${wish.returnTo(id)}#${secret}`
    const begun = await rail.begin({ invoiceId: id, plan, returnUrl, expiresAt }).catch(async (error) => {
      await this.store.writes.run('payments.withdraw', { id })
      throw isReason(error, 'rail-unavailable') ? unavailable(railName) : error
    })
    const { reference, checkoutUrl, price } = begun
    // The secret of our own page is nowhere in clear.
    const kept = checkoutUrl.includes(secret) ? null : checkoutUrl
    await this.store.writes.run('payments.begun', { id, reference, checkoutUrl: kept, price })
    return { invoice: await this.known(id), checkoutUrl }
  }

  /** Orders a plan for the caller's account. Refuses: as `ofAccount`; as `order`. */
  async orderOwn(caller: Caller, wish: OrderWish): Promise<{ invoice: Invoice; checkoutUrl: string }> {
    return this.order(ofAccount(caller, null), wish)
  }

  /** By which services a plan is paid for, and what each asks for it where that is known. */
  offersOf(plan: Plan): Offer[] {
    return this.railNames().flatMap((name) => {
      const rail = this.rails.get(name)
      if (!rail || name === 'manual' || !rail.sells(plan)) return []
      return [{ rail: name, price: rail.priceOf(plan), days: name === 'stripe' ? null : plan.prices.days }]
    })
  }

  /**
   * An invoice: one that was ordered with a key for its account, any other for whoever knows its id. Refuses:
   * invoice-unknown; credential-missing, where a key is needed.
   */
  async get(caller: Caller, id: string): Promise<Invoice> {
    const invoice = await this.known(id)
    if (invoice.makesAccount || caller.kind === 'operator') return invoice
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    if (ofAccount(caller, null).account.id !== invoice.accountId)
      throw new Refusal('invoice-unknown', { foreign: true })
    return invoice
  }

  /** One of the caller's account. Refuses: as `ofAccount`; invoice-unknown. */
  async ownOne(caller: Caller, id: string): Promise<Invoice> {
    const own = ofAccount(caller, null)
    const invoice = await this.known(id)
    if (invoice.accountId !== own.account.id) throw new Refusal('invoice-unknown', { foreign: true })
    return invoice
  }

  /** Those of the caller's account, newest first. Refuses: as `ofAccount`. */
  async own(caller: Caller, page: { before: number; limit: number }): Promise<ListedInvoice[]> {
    return this.shown(await this.store.newest(ofAccount(caller, null).account.id, page))
  }

  /** All, or those in one state, newest first. Refuses: as `mustBeAdmin`. */
  async newest(
    caller: Caller,
    { state = null, ...page }: { before: number; limit: number; state?: Invoice['state'] | null },
  ): Promise<ListedInvoice[]> {
    mustBeAdmin(caller)
    if (state === null) return this.shown(await this.store.newest(null, page))
    return this.shown(await this.store.inState(state, this.outside.now(), page))
  }

  /** All, oldest first. Refuses: as `mustBeAdmin`. */
  async oldest(caller: Caller, page: { after: number; limit: number }): Promise<ListedInvoice[]> {
    mustBeAdmin(caller)
    return this.shown(await this.store.oldest(page))
  }

  /** How many there are, by rail and state. */
  counts(): { rail: RailName; state: Invoice['state']; n: number }[] {
    return this.store.counts(this.outside.now())
  }

  // The page of an invoice

  /** What there is to show to who has its secret; looking changes nothing. Refuses: invoice-unknown. */
  async look(id: string, secret: string): Promise<Checkout> {
    const found = await this.store.bySecret(id, hashSecret(secret))
    if (!found) throw new Refusal('invoice-unknown')
    const invoice = this.asOfNow(found)
    const forAccount = !invoice.makesAccount
    if (forAccount || invoice.keyId === null) return { invoice, key: 'none', forAccount }
    return { invoice, key: invoice.keyShownAt === null ? 'ready' : 'shown', forAccount }
  }

  /** The key of a paid invoice, once. Refuses: invoice-unknown, invoice-unpaid, key-shown. */
  async handOut(id: string, secret: string, client: string): Promise<{ keyId: string; key: string }> {
    const { invoice } = await this.look(id, secret)
    const made = makeKey(this.outside, 'mf_')
    const { keyId } = await this.store.writes.run('payments.hand-out', {
      id,
      secretHash: hashSecret(secret),
      key: {
        memberId: null,
        maker: '',
        name: `bought: ${invoice.plan}`,
        prefix: 'mf_',
        hash: hashSecret(made.secret),
        head: made.head,
        tail: made.tail,
        expiresAt: null,
        scopes: null,
        origins: [],
        domains: [],
        dialects: [],
      },
      by: { by: 'link', actor: '', actorId: null, client, at: this.outside.now() },
    })
    return { keyId, key: made.secret }
  }

  // What becomes of them

  /**
   * Takes in what a rail's service calls to tell; what is answered is on the disk. Refuses: rail-unknown,
   * rail-unavailable, and as Rail.hear.
   */
  async hear(railName: string, body: Uint8Array, headers: Headers): Promise<void> {
    const name = railNames.find((one) => one === railName)
    if (!name) throw new Refusal('rail-unknown')
    const rail = this.rails.get(name)
    if (!rail) throw unavailable(name)
    const notice = await rail.hear(body, headers)
    if (!notice) return
    const by = { ...server, actor: name, at: this.outside.now() }
    const outcome = await this.take(notice, name, by)
    const { what, invoiceId } = notice
    this.reports.heard(name, what, outcome)
    const line = { rail: name, notice: notice.id, invoice: invoiceId, what }
    if (outcome === 'done') this.reports.log.info(line, 'a payment was told of')
    else if (outcome === 'unknown') this.reports.log.warn(line, 'a payment was told of that belongs to no invoice')
    else if (outcome === 'gone') {
      this.reports.log.warn(line, 'a payment was told of for an account that was deleted: end its subscription there')
    }
  }

  /**
   * Marks an invoice paid, of whichever rail: for money that came by other ways, and for what a service could not tell.
   * One that is paid stays as it is. Refuses: as `mustBeAdmin`; invoice-unknown.
   */
  async payByHand(caller: Caller, id: string): Promise<{ invoice: Invoice; wasPaid: boolean }> {
    mustBeAdmin(caller)
    const { rail, state } = await this.known(id)
    if (state === 'paid') return { invoice: await this.known(id), wasPaid: true }
    const by = byOf(caller, this.outside)
    const notice = {
      id: `by hand: ${id}`,
      invoiceId: id,
      at: by.at,
      what: 'paid',
      until: null,
      subscription: null,
    } as const
    const outcome = await this.take(notice, rail, by)
    return { invoice: await this.known(id), wasPaid: outcome === 'again' }
  }

  /** Takes from accounts what has run out. Answers whether there is more. */
  async runOut(): Promise<boolean> {
    const now = this.outside.now()
    const due = await this.store.due(now, dueTogether)
    const by: By = { ...server, actor: 'server', at: now }
    const graceMs = this.rules.renewalGraceMs
    await Promise.all(due.map((accountId) => this.store.writes.run('payments.run-out', { accountId, graceMs, by })))
    return due.length === dueTogether
  }

  /** Forgets invoices that nobody paid for a month, those of them that are too many, and those that ran out over a year ago. Answers whether there is more. */
  tidy(): Promise<boolean> {
    const now = this.outside.now()
    return this.store.writes.run('payments.tidy', {
      unpaid: now - unpaidKeptMs,
      over: now - overKeptMs,
      now,
      mostUnpaid,
    })
  }

  private async take(notice: Notice, rail: RailName, by: By): Promise<Heard> {
    const invoice = await this.store.byId(notice.invoiceId)
    if (invoice?.rail !== rail) return 'unknown'
    const fresh = {
      accountId: this.outside.uuid(),
      keyId: this.outside.uuid(),
      days: this.plans.of(invoice.plan).prices.days,
      graceMs: this.rules.renewalGraceMs,
    }
    return this.store.writes.run('payments.hear', { notice, rail, fresh, by })
  }

  /** So that whoever floods costs the writer nothing. Refuses: too-many-invoices. */
  private slowDown(client: string): void {
    try {
      this.rate.admit(client)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal('too-many-invoices', error.details)
    }
  }

  /** Refuses: plan-unknown. */
  private soldPlan(name: string): Plan {
    // Of those who have no account.
    if (name === this.plans.anonymous().name) throw new Refusal('plan-unknown')
    return this.plans.get(name)
  }

  /** Refuses: invoice-unknown. */
  private async known(id: string): Promise<Invoice> {
    const found = await this.store.byId(id)
    if (!found) throw new Refusal('invoice-unknown')
    return this.asOfNow(found)
  }

  private asOfNow<Known extends Invoice>(invoice: Known): Known {
    return { ...invoice, state: stateAt(invoice, this.outside.now()) }
  }

  private shown(invoices: readonly ListedInvoice[]): ListedInvoice[] {
    return invoices.map((invoice) => this.asOfNow(invoice))
  }
}

const unavailable = (rail: RailName): Refusal => new Refusal('rail-unavailable', { rail })

const isReason = (error: unknown, reason: Reason): boolean => error instanceof Refusal && error.reason === reason
