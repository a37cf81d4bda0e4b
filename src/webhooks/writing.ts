// Deliveries are written in the transaction of what they tell of: none is lost, and none tells of what did not happen.
import { and, eq, sql } from 'drizzle-orm'
import type { Event } from '../events.ts'
import { beginningOf, type DigestDetail } from '../messages/message.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { deliveryCheck, digestCheck, isSound, webhookCheck } from '../storage/row-checks.ts'
import { accounts, contents, digests, messages, webhookDeliveries, webhooks } from '../storage/schema.ts'
import {
  eventsOf,
  type Form,
  isDomainSource,
  isMailSource,
  isSource,
  type MailSource,
  rulesOf,
  type Source,
  type WebhookEvent,
} from './forms.ts'
import { bodyOf, type DomainHappened, type Happened, type Read } from './payload.ts'

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

type Told = Event & { type: MailSource }

/** What happened, before it is known who is told of it. */
type ForWebhook = Omit<Happened, 'webhookId' | 'type'> | Omit<DomainHappened, 'webhookId' | 'type'>

/** One look at an index for what happens to an account's mail and domains, none for all else. */
function write(db: Db, event: Event): void {
  const { accountId, messageId } = event
  const { type: source } = event
  if (accountId === null || !isSource(source)) return
  const listening = statements(db)
    .ofAccount.all({ accountId })
    .map(({ webhook }) => webhook)
    // A damaged one is told of nothing, and keeps no mail from being stored.
    .filter((webhook) => isSound(webhook, webhookCheck(webhook)))
    .filter(({ address }) => (address ?? event.address) === event.address)
    .flatMap((webhook) => namesOf(source, webhook).map((type) => ({ ...webhook, type })))
  if (listening.length === 0) return
  const happened = happenedOf(db, event, accountId)
  if (!happened) return
  for (const { key: webhookKey, id: webhookId, form, type } of listening) {
    const delivery = {
      id: Bun.randomUUIDv7(),
      webhookKey,
      eventId: happened.eventId,
      seq: event.seq,
      type,
      messageId: messageId ?? '',
      body: bodyOf(form, { ...happened, type, webhookId }),
      createdAt: event.at,
    }
    statements(db).insert.run({ ...delivery, checkValue: deliveryCheck(delivery) })
  }
}

/** What a webhook that asked for these events calls one of the server's. */
const namesOf = (source: Source, { form, events }: { form: Form; events: string }): WebhookEvent[] =>
  eventsOf(form).filter((name) => rulesOf(form).events[name] === source && events.split(' ').includes(name))

function happenedOf(db: Db, event: Event, accountId: string): ForWebhook | null {
  const { type, seq, at, messageId, subjectId } = event
  if (isMailSource(type)) return messageId === null ? null : readHappened(db, { ...event, type }, accountId, messageId)
  if (!isDomainSource(type) || subjectId === null) return null
  const eventId = `evt_${Bun.randomUUIDv7()}`
  return { eventId, source: type, seq, at, accountId, domainId: subjectId, name: event.address }
}

function readHappened(
  db: Db,
  event: Told,
  accountId: string,
  messageId: string,
): Omit<Happened, 'webhookId' | 'type'> | null {
  const row = statements(db).message.get({ id: messageId })
  if (!row) return null
  return {
    eventId: `evt_${Bun.randomUUIDv7()}`,
    source: event.type,
    seq: event.seq,
    at: event.at,
    accountId,
    mailboxId: event.mailboxId,
    mailboxAddress: event.address,
    messageId,
    address: row.address,
    from: { name: row.fromName, address: row.fromAddress === '' ? row.envelopeFrom : row.fromAddress },
    envelopeFrom: row.envelopeFrom,
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

const previewCharacters = 100

function readDigest(
  db: Db,
  { contentKey, state, attachmentCount }: { contentKey: number; state: Read['state']; attachmentCount: number },
): Read {
  const row = statements(db).digest.get({ contentKey })
  const sound = row && isSound(row, digestCheck(row)) ? row : null
  const { codes = [], links = [] }: Partial<DigestDetail> = sound ? JSON.parse(sound.detail) : {}
  const text = sound?.text ?? null
  const preview = text === null ? null : beginningOf(text, previewCharacters)
  return { state, attachmentCount, codes, links, preview }
}
