// Deliveries are written in the transaction of what they tell of: none is lost, and none tells of what did not happen.
import { and, eq, sql } from 'drizzle-orm'
import type { Event } from '../events.ts'
import type { DigestDetail } from '../messages/message.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { deliveryCheck, digestCheck, isSound, webhookCheck } from '../storage/row-checks.ts'
import { accounts, contents, digests, messages, webhookDeliveries, webhooks } from '../storage/schema.ts'
import { bodyOf, type DomainHappened, type Happened, type Read } from './payload.ts'
import { isDomainEvent, isMailEvent, isWebhookEvent, type MailEvent } from './webhook.ts'

/** The same changes, which also write the deliveries of what they tell of. */
export function withDeliveries(changes: Changes): Changes {
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [
      name,
      (tx: Tx, input: never) => {
        const tell: Tx['tell'] = (event) => {
          const seq = tx.tell(event)
          write(tx.db, { ...event, seq })
          return seq
        }
        return change({ ...tx, tell }, input)
      },
    ]),
  )
}

const { placeholder } = sql

const statements = prepared((db: Db) => ({
  ofAccount: db
    .select({ webhook: webhooks })
    .from(webhooks)
    .innerJoin(accounts, and(eq(accounts.id, webhooks.accountId), eq(accounts.state, 'active')))
    .where(eq(webhooks.accountId, placeholder('accountId')))
    .prepare(),
  message: db
    .select({
      contentKey: messages.contentKey,
      address: messages.address,
      size: messages.size,
      receivedAt: messages.receivedAt,
      fromName: contents.fromName,
      fromAddress: contents.fromAddress,
      envelopeFrom: contents.envelopeFrom,
      to: contents.to,
      subject: contents.subject,
      digest: contents.digest,
      attachmentCount: contents.attachmentCount,
    })
    .from(messages)
    .innerJoin(contents, eq(contents.key, messages.contentKey))
    .where(eq(messages.id, placeholder('id')))
    .prepare(),
  digest: db
    .select()
    .from(digests)
    .where(eq(digests.contentKey, placeholder('contentKey')))
    .prepare(),
  insert: db
    .insert(webhookDeliveries)
    .values({
      id: placeholder('id'),
      webhookKey: placeholder('webhookKey'),
      eventId: placeholder('eventId'),
      seq: placeholder('seq'),
      type: placeholder('type'),
      messageId: placeholder('messageId'),
      body: placeholder('body'),
      createdAt: placeholder('createdAt'),
      state: 'waiting',
      attempts: 0,
      round: 0,
      checkValue: placeholder('checkValue'),
    })
    .prepare(),
}))

type Told = Event & { type: MailEvent }

type ForWebhook = Omit<Happened, 'webhookId'> | Omit<DomainHappened, 'webhookId'>

/** One look at an index for what happens to an account's mail and domains, none for all else. */
function write(db: Db, event: Event): void {
  const { accountId, messageId } = event
  if (accountId === null || !isWebhookEvent(event.type)) return
  const listening = statements(db)
    .ofAccount.all({ accountId })
    .map(({ webhook }) => webhook)
    // A damaged one is told of nothing, and keeps no mail from being stored.
    .filter((webhook) => isSound(webhook, webhookCheck(webhook)))
    .filter(({ address, events }) => (address ?? event.address) === event.address && isAmong(event.type, events))
  if (listening.length === 0) return
  const happened = happenedOf(db, event, accountId)
  if (!happened) return
  for (const { key: webhookKey, id: webhookId, form } of listening) {
    const delivery = {
      id: Bun.randomUUIDv7(),
      webhookKey,
      eventId: happened.eventId,
      seq: event.seq,
      type: event.type,
      messageId: messageId ?? '',
      body: bodyOf(form, { ...happened, webhookId }),
      createdAt: event.at,
    }
    statements(db).insert.run({ ...delivery, checkValue: deliveryCheck(delivery) })
  }
}

function happenedOf(db: Db, event: Event, accountId: string): ForWebhook | null {
  const { type, seq, at, messageId, subjectId } = event
  if (isMailEvent(type)) return messageId === null ? null : readHappened(db, { ...event, type }, accountId, messageId)
  if (!isDomainEvent(type) || subjectId === null) return null
  const eventId = `evt_${Bun.randomUUIDv7()}`
  return { eventId, type, seq, at, accountId, domainId: subjectId, name: event.address }
}

const isAmong = (type: string, events: string): boolean => events.split(' ').includes(type)

function readHappened(db: Db, event: Told, accountId: string, messageId: string): Omit<Happened, 'webhookId'> | null {
  const row = statements(db).message.get({ id: messageId })
  if (!row) return null
  return {
    eventId: `evt_${Bun.randomUUIDv7()}`,
    type: event.type,
    seq: event.seq,
    at: event.at,
    accountId,
    mailboxId: event.mailboxId,
    mailboxAddress: event.address,
    messageId,
    address: row.address,
    from: { name: row.fromName, address: row.fromAddress === '' ? row.envelopeFrom : row.fromAddress },
    to: row.to.length === 0 ? [{ name: '', address: row.address }] : row.to,
    subject: row.subject,
    receivedAt: row.receivedAt,
    size: row.size,
    digest:
      event.type === 'message.stored' || row.digest === 'pending'
        ? null
        : readDigest(db, { ...row, state: row.digest }),
  }
}

const previewLength = 200

function readDigest(
  db: Db,
  { contentKey, state, attachmentCount }: { contentKey: number; state: Read['state']; attachmentCount: number },
): Read {
  const row = statements(db).digest.get({ contentKey })
  const detail: Partial<DigestDetail> = row && isSound(row, digestCheck(row)) ? JSON.parse(row.detail) : {}
  const { codes = [], links = [] } = detail
  const preview = (row?.text ?? '')
    .slice(0, 10 * previewLength)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, previewLength)
  return { state, attachmentCount, codes, links, preview }
}
