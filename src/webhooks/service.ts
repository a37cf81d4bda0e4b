// Making, changing, rotating and removing webhooks, and what became of their deliveries. All policy about them is here.
import { type AccountCaller, byOf, type Caller, ofAccount } from '../accounts/caller.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import { makeSecret } from '../secret.ts'
import type { Usage } from '../usage/service.ts'
import type { WebhookPatch } from './changes.ts'
import type { Delivering } from './delivering.ts'
import { eventsOf, type Form, mailEventsOf, tells, type WebhookEvent } from './forms.ts'
import { testBody } from './payload.ts'
import type { WebhookStore } from './store.ts'
import { forbidden, literalOf, type Targets } from './targets.ts'
import type { Delivery, Webhook } from './webhook.ts'

export type WebhookWish = {
  url: string
  /** Without them, all that there is to tell. */
  events?: readonly WebhookEvent[] | undefined
  /** The id or address of one of the account's mailboxes; null: of all. */
  mailbox?: string | null | undefined
  /** Whose words it speaks; the native ones if it is not said. */
  form?: Form | undefined
}

/** The secret is shown this once. */
export type MadeWebhook = { webhook: Webhook; secret: string }

/** What came of a test; `error` is null where it was taken. */
export type Tested = { eventId: string; statusCode: number | null; error: string | null; durationMs: number }

const hour = 3_600_000
/** Webhooks that one account may have where its plan sets no limit. */
const mostWebhooks = 1000
export const mostOverlapHours = 72
export const usualOverlapHours = 24
/** Deliveries of one webhook; beyond, the oldest go. */
export const mostDeliveries = 50_000
/** How long a name may take that is given with a wish. */
const nameMs = 2000

/** How long deliveries are kept: those that arrived, and all others. */
export type Keeping = { deliveredMs: number; allMs: number }

export class Webhooks {
  constructor(
    private readonly store: WebhookStore,
    private readonly targets: Targets,
    private readonly delivering: Delivering,
    private readonly mailboxes: Mailboxes,
    private readonly usage: Usage,
    private readonly outside: Outside,
    private readonly keeping: Keeping,
  ) {}

  /** Those of the caller's account that he may see, oldest first. Refuses: as `ofAccount`. */
  async list(caller: Caller): Promise<Webhook[]> {
    const own = ofAccount(caller, 'webhooks')
    return (await this.store.ofAccount(own.account.id)).filter((webhook) => sees(own, webhook))
  }

  /** Foreign and missing are one answer. Refuses: as `ofAccount`; webhook-unknown. */
  async get(caller: Caller, id: string): Promise<Webhook> {
    const own = ofAccount(caller, 'webhooks')
    const found = await this.store.byId(id.toLowerCase())
    if (found?.accountId !== own.account.id) throw new Refusal('webhook-unknown', found ? { foreign: true } : {})
    if (!sees(own, found)) throw new Refusal('webhook-unknown')
    return found
  }

  /** As `get`; one of another form is as if it were not there. */
  async ofForm(caller: Caller, id: string, form: Form): Promise<Webhook> {
    const found = await this.get(caller, id)
    if (found.form !== form) throw new Refusal('webhook-unknown')
    return found
  }

  /**
   * Refuses: as `ofAccount`; forbidden for all mailboxes to a key that is for some domains, invalid-request, quota-exceeded; as
   * Mailboxes.own.
   */
  async create(caller: Caller, wish: WebhookWish): Promise<MadeWebhook> {
    const { url, form = 'native', mailbox = null } = wish
    // Nothing of a domain is told where one mailbox is followed.
    const { events = mailbox === null ? eventsOf(form) : mailEventsOf(form) } = wish
    const own = ofAccount(caller, 'webhooks')
    const accountId = own.account.id
    if (mailbox === null && isBound(own)) throw new Refusal('forbidden')
    const address = mailbox === null ? null : await this.addressOf(own, mailbox)
    const target = await this.readUrl(url)
    const secret = makeSecret(this.outside, 'whsec_')
    const id = this.outside.uuid()
    const webhook = { id, accountId, address, url: target, events: readEvents(events, form), form, secret }
    const most = Math.min(this.usage.planOf(caller).webhooks ?? mostWebhooks, mostWebhooks)
    await this.store.writes.run('webhooks.create', { webhook, most, by: byOf(caller, this.outside) })
    this.delivering.forget(accountId)
    return { webhook: await this.fresh(id), secret }
  }

  /** One that is made active again sends what waits, and begins anew to count what fails. Refuses: as `get`; invalid-request. */
  async change(
    caller: Caller,
    id: string,
    wish: { url?: string; events?: readonly WebhookEvent[]; state?: Webhook['state'] },
  ): Promise<Webhook> {
    const { accountId, key, form } = await this.get(caller, id)
    const patch: WebhookPatch = {
      ...(wish.url === undefined ? {} : { url: await this.readUrl(wish.url) }),
      ...(wish.events === undefined ? {} : { events: readEvents(wish.events, form) }),
      ...(wish.state === undefined ? {} : { state: wish.state }),
    }
    const by = byOf(caller, this.outside)
    await this.store.writes.run('webhooks.change', { accountId, id: id.toLowerCase(), patch, by })
    if (wish.state === 'paused') this.delivering.breakOff(key)
    await this.delivering.look(key)
    return this.fresh(id)
  }

  /** A new secret now; the old one signs beside it for so long. Refuses: as `get`; invalid-request. */
  async rotate(
    caller: Caller,
    id: string,
    { overlapHours = usualOverlapHours }: { overlapHours?: number | undefined } = {},
  ): Promise<MadeWebhook> {
    if (!(overlapHours >= 0 && overlapHours <= mostOverlapHours)) {
      throw invalid('body.overlapHours', `must be 0 to ${mostOverlapHours}`)
    }
    const { accountId, key } = await this.get(caller, id)
    const secret = makeSecret(this.outside, 'whsec_')
    const by = byOf(caller, this.outside)
    const overlapUntil = by.at + overlapHours * hour
    await this.store.writes.run('webhooks.rotate', { accountId, id: id.toLowerCase(), secret, overlapUntil, by })
    await this.delivering.look(key)
    return { webhook: await this.fresh(id), secret }
  }

  /** With its deliveries. Refuses: as `get`. */
  async remove(caller: Caller, id: string): Promise<void> {
    const { accountId, key } = await this.get(caller, id)
    const change = { accountId, id: id.toLowerCase(), by: byOf(caller, this.outside) }
    while (await this.store.writes.run('webhooks.remove', change)) this.delivering.breakOff(key)
    this.delivering.breakOff(key)
    this.delivering.forget(accountId)
  }

  /** Newest first; `failed`: only those that are not tried any more. Refuses: as `get`. */
  async deliveries(
    caller: Caller,
    id: string,
    page: { failed: boolean; before: number; limit: number },
  ): Promise<Delivery[]> {
    return this.store.deliveries((await this.get(caller, id)).key, page)
  }

  /**
   * Tries one delivery again, whatever became of it, or (null) all that failed, in their order. Answers how many. Refuses: as
   * `get`; delivery-unknown.
   */
  async replay(caller: Caller, id: string, deliveryId: string | null): Promise<number> {
    const { key: webhookKey } = await this.get(caller, id)
    const change = { webhookKey, deliveryId: deliveryId?.toLowerCase() ?? null, now: this.outside.now() }
    let some = await this.store.writes.run('webhooks.replay', { ...change, after: 0 })
    let sum = some.replayed
    while (deliveryId === null && some.replayed > 0) {
      some = await this.store.writes.run('webhooks.replay', { ...change, after: some.last })
      sum += some.replayed
    }
    await this.delivering.look(webhookKey)
    return sum
  }

  /**
   * Sends a test to the target now, paused or not, and answers what came of it: it is no delivery, and counts as none.
   * Refuses: as `get`; too-busy, where the server stops.
   */
  async test(caller: Caller, id: string): Promise<Tested> {
    const { key, id: webhookId, form, accountId } = await this.get(caller, id)
    const eventId = `evt_${this.outside.uuid()}`
    const body = testBody(form, { eventId, webhookId, accountId, at: this.outside.now() })
    const outcome = await this.delivering.test(key, { eventId, body })
    if (!outcome) throw new Refusal('too-busy')
    return { eventId, ...outcome }
  }

  /** Forgets old deliveries. Answers whether there is more. */
  async tidy(): Promise<boolean> {
    const now = this.outside.now()
    const until = { deliveredUntil: now - this.keeping.deliveredMs, allUntil: now - this.keeping.allMs }
    let isMore = await this.store.writes.run('webhooks.tidy', until)
    for (const webhookKey of await this.store.crowded(mostDeliveries)) {
      if (await this.store.writes.run('webhooks.cut', { webhookKey, most: mostDeliveries })) isMore = true
    }
    return isMore
  }

  private async addressOf(own: AccountCaller, name: string): Promise<string> {
    const { accountId, address } = await this.mailboxes.own(own, name)
    if (accountId !== own.account.id) throw new Refusal('forbidden')
    return address
  }

  /** A name is looked up, to say at once what its attempts would: at each of them it is looked up anew. */
  private async readUrl(text: string): Promise<string> {
    const href = this.targets.read(text)
    const url = new URL(href)
    if (literalOf(url) !== null) return href
    const late = new Promise<string[]>((resolve) => setTimeout(() => resolve([]), nameMs).unref())
    const addresses = await Promise.race([this.outside.resolve(url.hostname).catch(() => []), late])
    if (!addresses.every((address) => this.targets.mayReach(address))) throw invalid('body.url', forbidden)
    return href
  }

  private async fresh(id: string): Promise<Webhook> {
    const webhook = await this.store.byId(id.toLowerCase())
    if (!webhook) throw new Refusal('webhook-unknown')
    return webhook
  }
}

/** Refuses: invalid-request. */
function readEvents(events: readonly WebhookEvent[], form: Form): string {
  if (events.length === 0 || !events.every((one) => tells(form, one)))
    throw invalid('body.events', `must be some of ${eventsOf(form).join(', ')}`)
  return [...new Set(events)].join(' ')
}

const isBound = ({ key }: AccountCaller): boolean => (key?.domains.length ?? 0) > 0

/** A key that is for some domains sees what is of their mailboxes. */
const sees = (own: AccountCaller, { address }: Webhook): boolean =>
  !isBound(own) || (address !== null && own.key?.domains.includes(address.slice(address.lastIndexOf('@') + 1)) === true)
