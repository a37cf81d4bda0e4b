// What the writer thread may do to webhooks and their deliveries, but for writing these: see writing.ts.
import { and, asc, desc, eq, gt, inArray, isNotNull, lt, or, sql } from 'drizzle-orm'
import { sayOfAccount } from '../accounts/changes.ts'
import { asAccount } from '../accounts/store.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { webhookCheck } from '../storage/row-checks.ts'
import { accounts, webhookDeliveries, webhooks } from '../storage/schema.ts'
import { rulesOf } from './forms.ts'
import { asWebhook, type WebhookRow } from './store.ts'
import { isGivenUp } from './webhook.ts'

export type NewWebhook = Pick<WebhookRow, 'id' | 'accountId' | 'address' | 'url' | 'events' | 'form' | 'secret'>
export type WebhookPatch = Partial<Pick<WebhookRow, 'url' | 'events' | 'state'>>

/** What became of an attempt. `nextAt`: null if there is none after it. */
export type Attempted = {
  webhookKey: number
  deliveryKey: number
  isDelivered: boolean
  nextAt: number | null
  statusCode: number | null
  error: string | null
  durationMs: number
  now: number
}

const batch = 200

export const changes = {
  /** `most`: webhooks that the account may have, whatever their form. Refuses: account-unknown, quota-exceeded. */
  'webhooks.create': (tx, { webhook, most, by }: { webhook: NewWebhook; most: number; by: By }): void => {
    const { db } = tx
    const { accountId, id, url, events, address } = webhook
    const account = db.select().from(accounts).where(eq(accounts.id, accountId)).get()
    if (!account || !asAccount(account)) throw new Refusal('account-unknown')
    const there = db.select({ form: webhooks.form }).from(webhooks).where(eq(webhooks.accountId, accountId)).all()
    const alike = there.filter(({ form }) => form === webhook.form)
    if (there.length >= most || alike.length >= (rulesOf(webhook.form).most ?? most))
      throw new Refusal('quota-exceeded')
    const row = { ...webhook, previousSecret: null, previousUntil: null, state: 'active', createdAt: by.at } as const
    db.insert(webhooks)
      .values({ ...row, failures: 0, checkValue: webhookCheck(row) })
      .run()
    record(tx, by, { accountId, what: 'webhook.created', target: id, detail: { url, events, address } })
  },

  /** One that becomes active begins anew, and tries at once what waits. Refuses: webhook-unknown. */
  'webhooks.change': (
    tx,
    { accountId, id, patch, by }: { accountId: string; id: string; patch: WebhookPatch; by: By },
  ): void => {
    const row = webhookRow(tx.db, accountId, id)
    changeWebhook(tx.db, row, patch.state === undefined ? patch : { ...patch, ...unharmed })
    if (patch.state === 'active' && row.state === 'paused') tryNow(tx.db, row.key, by.at)
    record(tx, by, { accountId, what: 'webhook.changed', target: id, detail: patch })
  },

  /** The secret before signs beside the new one until `overlapUntil`. Refuses: webhook-unknown. */
  'webhooks.rotate': (
    tx,
    {
      accountId,
      id,
      secret,
      overlapUntil,
      by,
    }: { accountId: string; id: string; secret: string; overlapUntil: number; by: By },
  ): void => {
    const row = webhookRow(tx.db, accountId, id)
    const isOver = overlapUntil <= by.at
    const isRevived = rulesOf(row.form).isRevivedByRotation
    const wasGivenUp = row.state === 'paused' && row.gaveUpAt !== null
    changeWebhook(tx.db, row, {
      ...(isRevived ? unharmed : {}),
      ...(isRevived && wasGivenUp ? { state: 'active' } : {}),
      secret,
      previousSecret: isOver ? null : row.secret,
      previousUntil: isOver ? null : overlapUntil,
    })
    if (isRevived && wasGivenUp) tryNow(tx.db, row.key, by.at)
    record(tx, by, { accountId, what: 'webhook.rotated', target: id, detail: { overlapUntil } })
  },

  /** Removes some of a webhook's deliveries, newest first, and at the end itself. Answers whether there is more. Refuses: webhook-unknown. */
  'webhooks.remove': (tx, { accountId, id, by }: { accountId: string; id: string; by: By }): boolean => {
    const { db } = tx
    const row = webhookRow(db, accountId, id)
    const some = db
      .select({ key: webhookDeliveries.key })
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.webhookKey, row.key))
      .orderBy(desc(webhookDeliveries.key))
      .limit(batch)
      .all()
    forget(db, some)
    if (some.length === batch) {
      if (row.state === 'active') changeWebhook(db, row, { state: 'paused' })
      return true
    }
    db.delete(webhooks).where(eq(webhooks.key, row.key)).run()
    record(tx, by, { accountId, what: 'webhook.removed', target: id, detail: { url: row.url } })
    return false
  },

  /** Notes an attempt. Answers whether the webhook was given up on with it. One that is gone is no matter. */
  'webhooks.attempted': (tx, { webhookKey, deliveryKey, isDelivered, nextAt, ...last }: Attempted): boolean => {
    const { db } = tx
    const { statusCode, error, durationMs, now } = last
    db.update(webhookDeliveries)
      .set({
        state: isDelivered ? 'delivered' : nextAt === null ? 'failed' : 'waiting',
        nextAt,
        attempts: sql`${webhookDeliveries.attempts} + 1`,
        round: sql`${webhookDeliveries.round} + 1`,
        attemptedAt: now,
        statusCode,
        error,
        durationMs,
      })
      .where(eq(webhookDeliveries.key, deliveryKey))
      .run()
    const row = db.select().from(webhooks).where(eq(webhooks.key, webhookKey)).get()
    if (!row) return false
    if (isDelivered) {
      const when = { lastAttemptAt: now, lastSuccessAt: now }
      db.update(webhooks)
        .set({ ...unharmed, ...when })
        .where(eq(webhooks.key, webhookKey))
        .run()
      return false
    }
    const failures = row.failures + 1
    const failingSince = row.failingSince ?? now
    const gaveUp = row.state === 'active' && isGivenUp(row.form, failures, failingSince, now)
    const patch = { failures, failingSince, lastAttemptAt: now }
    if (!gaveUp) {
      db.update(webhooks).set(patch).where(eq(webhooks.key, webhookKey)).run()
      return false
    }
    changeWebhook(db, row, { ...patch, state: 'paused', gaveUpAt: now })
    const { accountId, id } = row
    const by = { by: 'server', actor: 'server', actorId: null, client: '', at: now } as const
    record(tx, by, { accountId, what: 'webhook.paused', target: id, detail: { failures, failingSince, error } })
    sayOfAccount(tx, 'webhook.paused', accountId, id, now)
    return true
  },

  /**
   * Has the one delivery tried again, or (null) some of all that failed, behind this one: what fails anew meanwhile is not
   * taken up without end. Answers how many, and the last of them. Refuses: delivery-unknown.
   */
  'webhooks.replay': (
    { db },
    {
      webhookKey,
      deliveryId,
      after,
      now,
    }: { webhookKey: number; deliveryId: string | null; after: number; now: number },
  ): { replayed: number; last: number } => {
    const mine = eq(webhookDeliveries.webhookKey, webhookKey)
    const { key, state, nextAt } = webhookDeliveries
    const which =
      deliveryId === null
        ? and(sql`${state} = 'failed'`, gt(webhookDeliveries.key, after))
        : eq(webhookDeliveries.id, deliveryId)
    const found = db
      .select({ key, state, nextAt })
      .from(webhookDeliveries)
      .where(and(mine, which))
      .orderBy(asc(key))
      .limit(batch)
      .all()
    if (deliveryId !== null && found.length === 0) throw new Refusal('delivery-unknown')
    // What was never tried has its turn yet.
    const again = found.filter((one) => one.state !== 'waiting' || one.nextAt !== null).map((one) => one.key)
    if (again.length > 0) {
      db.update(webhookDeliveries).set({ state: 'waiting', nextAt: now, round: 0 }).where(inArray(key, again)).run()
    }
    return { replayed: found.length, last: found.at(-1)?.key ?? after }
  },

  /**
   * Forgets, some at a time, deliveries that were made before `allUntil`, and those that arrived before `deliveredUntil`.
   * Answers whether there is more.
   */
  'webhooks.tidy': ({ db }, { deliveredUntil, allUntil }: { deliveredUntil: number; allUntil: number }): boolean => {
    const { createdAt, state, key } = webhookDeliveries
    const old = db
      .select({ key })
      .from(webhookDeliveries)
      .where(or(lt(createdAt, allUntil), and(lt(createdAt, deliveredUntil), eq(state, 'delivered'))))
      .limit(batch)
      .all()
    forget(db, old)
    return old.length === batch
  },

  /** Forgets, some at a time, a webhook's oldest deliveries beyond `most`. Answers whether there is more. */
  'webhooks.cut': ({ db }, { webhookKey, most }: { webhookKey: number; most: number }): boolean => {
    const mine = eq(webhookDeliveries.webhookKey, webhookKey)
    const { key } = webhookDeliveries
    const last = db.select({ key }).from(webhookDeliveries).where(mine).orderBy(desc(key)).limit(1).offset(most).get()
    if (!last) return false
    const old = db
      .select({ key })
      .from(webhookDeliveries)
      .where(and(mine, sql`${key} <= ${last.key}`))
      .orderBy(asc(key))
      .limit(batch)
      .all()
    forget(db, old)
    return old.length === batch
  },
} satisfies Changes

const unharmed = { failures: 0, failingSince: null, gaveUpAt: null }

/** Foreign and missing are one answer. Refuses: webhook-unknown, storage-damaged. */
function webhookRow(db: Db, accountId: string, id: string): WebhookRow {
  const row = db.select().from(webhooks).where(eq(webhooks.id, id)).get()
  if (row?.accountId !== accountId) throw new Refusal('webhook-unknown', row ? { foreign: true } : {})
  asWebhook(row)
  return row
}

function changeWebhook(db: Db, row: WebhookRow, patch: Partial<Omit<WebhookRow, 'key' | 'checkValue'>>): void {
  db.update(webhooks)
    .set({ ...patch, checkValue: webhookCheck({ ...row, ...patch }) })
    .where(eq(webhooks.key, row.key))
    .run()
}

function tryNow(db: Db, webhookKey: number, now: number): void {
  const isRetry = and(sql`${webhookDeliveries.state} = 'waiting'`, isNotNull(webhookDeliveries.nextAt))
  db.update(webhookDeliveries)
    .set({ nextAt: now })
    .where(and(eq(webhookDeliveries.webhookKey, webhookKey), isRetry))
    .run()
}

function forget(db: Db, some: readonly { key: number }[]): void {
  if (some.length === 0) return
  const which = some.map(({ key }) => key)
  db.delete(webhookDeliveries).where(inArray(webhookDeliveries.key, which)).run()
}
