// Webhooks and their deliveries in the database: the reads of the main thread. What the writer thread does to them: changes.ts.
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { deliveryCheck, isSound, mustBeSound, webhookCheck } from '../storage/row-checks.ts'
import { accounts, webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { changes } from './changes.ts'
import { isWebhookEvent } from './forms.ts'
import type { Delivery, Webhook } from './webhook.ts'

export type WebhookRow = typeof webhooks.$inferSelect

/** Refuses: storage-damaged. */
export function asWebhook(row: WebhookRow): Webhook {
  mustBeSound(row, webhookCheck(row), `webhook ${row.key}`)
  const { secret: _secret, previousSecret: _previous, checkValue: _check, events, ...fields } = row
  return { ...fields, events: events.split(' ').filter(isWebhookEvent) }
}

type DeliveryRow = typeof webhookDeliveries.$inferSelect

/** What an attempt needs of a webhook. */
export type Aim = Pick<
  WebhookRow,
  | 'key'
  | 'id'
  | 'accountId'
  | 'url'
  | 'form'
  | 'secret'
  | 'previousSecret'
  | 'previousUntil'
  | 'failures'
  | 'lastSuccessAt'
>

/** What is to be sent. `isSound`: it is as it was written. */
export type Load = Pick<DeliveryRow, 'key' | 'eventId' | 'round' | 'body'> & { isSound: boolean }

const { placeholder } = sql
const mine = eq(webhookDeliveries.webhookKey, placeholder('webhookKey'))
const waits = sql`${webhookDeliveries.state} = 'waiting'`

const statements = statementsOf((db: Db) => ({
  byId: () =>
    db
      .select()
      .from(webhooks)
      .where(eq(webhooks.id, placeholder('id')))
      .prepare(),
  ofAccount: () =>
    db
      .select()
      .from(webhooks)
      .where(eq(webhooks.accountId, placeholder('accountId')))
      .orderBy(asc(webhooks.key))
      .prepare(),
  aim: () =>
    db
      .select({ webhook: webhooks })
      .from(webhooks)
      .innerJoin(
        accounts,
        and(eq(accounts.id, webhooks.accountId), eq(accounts.state, 'active'), isNull(accounts.lapsedAt)),
      )
      .where(eq(webhooks.key, placeholder('key')))
      .prepare(),
  all: () => db.select({ key: webhooks.key, accountId: webhooks.accountId }).from(webhooks).prepare(),
  firsts: () =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(mine, waits, isNull(webhookDeliveries.nextAt), gt(webhookDeliveries.key, placeholder('after'))))
      .orderBy(asc(webhookDeliveries.key))
      .limit(placeholder('limit'))
      .prepare(),
  due: () =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(mine, waits, lte(webhookDeliveries.nextAt, placeholder('now'))))
      .orderBy(asc(webhookDeliveries.nextAt), asc(webhookDeliveries.key))
      .limit(1)
      .prepare(),
  nextAt: () =>
    db
      .select({ at: webhookDeliveries.nextAt })
      .from(webhookDeliveries)
      .where(and(mine, waits, isNotNull(webhookDeliveries.nextAt)))
      .orderBy(asc(webhookDeliveries.nextAt))
      .limit(1)
      .prepare(),
  list: () =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(mine, lt(webhookDeliveries.key, placeholder('before'))))
      .orderBy(desc(webhookDeliveries.key))
      .limit(placeholder('limit'))
      .prepare(),
  failed: () =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(mine, sql`${webhookDeliveries.state} = 'failed'`, lt(webhookDeliveries.key, placeholder('before'))))
      .orderBy(desc(webhookDeliveries.key))
      .limit(placeholder('limit'))
      .prepare(),
  counts: () =>
    db
      .select({ webhookKey: webhookDeliveries.webhookKey })
      .from(webhookDeliveries)
      .groupBy(webhookDeliveries.webhookKey)
      .having(sql`count(*) > ${placeholder('most')}`)
      .prepare(),
  waiting: () => db.select({ n: sql<number>`count(*)` }).from(webhookDeliveries).where(waits).prepare(),
}))

export class WebhookStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async byId(id: string): Promise<Webhook | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asWebhook(row) : null
  }

  /** Oldest first. */
  async ofAccount(accountId: string): Promise<Webhook[]> {
    return statements(this.db).ofAccount.all({ accountId }).map(asWebhook)
  }

  async all(): Promise<{ key: number; accountId: string }[]> {
    return statements(this.db).all.all()
  }

  /** Null where nothing is to be sent: it is paused, gone or damaged, or its account is suspended or lapsed. */
  async aim(key: number, whether: 'if active' | 'even if paused' = 'if active'): Promise<Aim | null> {
    const row = statements(this.db).aim.get({ key })?.webhook
    if (!row || !isSound(row, webhookCheck(row))) return null
    return row.state === 'active' || whether === 'even if paused' ? row : null
  }

  /** What was never tried yet, in the order in which it happened. */
  async firsts(webhookKey: number, after: number, limit: number): Promise<Load[]> {
    return statements(this.db).firsts.all({ webhookKey, after, limit }).map(asLoad)
  }

  /** What is to be tried again by now, if there is any. */
  async due(webhookKey: number, now: number): Promise<Load | null> {
    const row = statements(this.db).due.get({ webhookKey, now })
    return row ? asLoad(row) : null
  }

  /** When something is to be tried again; null: nothing is. */
  async nextAt(webhookKey: number): Promise<number | null> {
    return statements(this.db).nextAt.get({ webhookKey })?.at ?? null
  }

  /** Newest first. */
  async deliveries(webhookKey: number, page: { failed: boolean; before: number; limit: number }): Promise<Delivery[]> {
    const { before, limit } = page
    const statement = page.failed ? statements(this.db).failed : statements(this.db).list
    return statement.all({ webhookKey, before, limit }).map(asDelivery)
  }

  /** Webhooks with more deliveries than these. */
  async crowded(most: number): Promise<number[]> {
    return statements(this.db)
      .counts.all({ most })
      .map(({ webhookKey }) => webhookKey)
  }

  waiting(): number {
    return statements(this.db).waiting.get()?.n ?? 0
  }
}

const asLoad = (row: DeliveryRow): Load => {
  const { key, eventId, round, body } = row
  return { key, eventId, round, body, isSound: isSound(row, deliveryCheck(row)) }
}

/** Refuses: storage-damaged. */
function asDelivery(row: DeliveryRow): Delivery {
  mustBeSound(row, deliveryCheck(row), `delivery ${row.key}`)
  const { webhookKey: _webhook, body: _body, round: _round, checkValue: _check, ...delivery } = row
  return delivery
}
