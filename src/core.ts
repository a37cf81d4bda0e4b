// Builds each service once, in dependency order. `Core` is all that a door holds.
import { Passwords } from './accounts/passwords.ts'
import type { Config } from './config/schema.ts'
import { Cursors } from './cursor.ts'
import { Domains } from './domains/service.ts'
import type { Events } from './events.ts'
import { Budget } from './limits/budget.ts'
import type { Log } from './log.ts'
import { parseAddress, parseDomain } from './mailboxes/address.ts'
import { Mailboxes } from './mailboxes/service.ts'
import { SqliteMailboxStore } from './mailboxes/store.ts'
import { Digesting } from './messages/digesting.ts'
import { Downloads } from './messages/downloads.ts'
import { Gathered } from './messages/gathered.ts'
import { Messages } from './messages/service.ts'
import { SqliteMessageStore } from './messages/store.ts'
import { Streams } from './messages/streams.ts'
import { Tickets } from './messages/tickets.ts'
import { Waits } from './messages/waits.ts'
import type { Metrics } from './metrics.ts'
import type { Outside } from './outside.ts'
import { planOf } from './plans/from-config.ts'
import { Plans } from './plans/service.ts'
import type { Refusal } from './refusal.ts'
import { guarded } from './storage/damage.ts'
import type { Db } from './storage/database.ts'
import { EventLog } from './storage/event-log.ts'
import type { Jobs, Workers } from './storage/job.ts'
import type { Writer } from './storage/writer.ts'
import { Usage } from './usage/service.ts'
import { UsageStore } from './usage/store.ts'

export type Core = {
  plans: Plans
  domains: Domains
  mailboxes: Mailboxes
  messages: Messages
  waits: Waits
  streams: Streams
  tickets: Tickets
  usage: Usage
  events: Events
  eventLog: EventLog
  digesting: Digesting
  passwords: Passwords
  cursors: Cursors
  /** The memory of mail gathered but not yet stored. */
  gathered: Gathered
  /** Bytes of attachments on their way out. */
  outgoing: Budget
}

/** How long a download waits for others to end. */
const downloadWaitMs = 30_000

/** What the services stand on. */
export type Ground = {
  db: Db
  writer: Writer
  /** Of cursors. */
  cursorSecret: Uint8Array
  digestWorkers: Workers<Jobs>
  readerWorkers: Workers<Jobs>
  events: Events
  /** Why no mail can be taken, or null. */
  shortage: () => string | null
  outside: Outside
  metrics: Metrics
  log: Log
}

export function makeCore(config: Config, ground: Ground): Core {
  const { db, events, outside, metrics, log } = ground
  const found = (damage: Refusal): void => {
    metrics.damage.inc()
    log.error({ what: damage.details.what }, 'damage in the database')
  }
  const writer = guarded(ground.writer, found)
  const digestWorkers = guarded(ground.digestWorkers, found)
  const readerWorkers = guarded(ground.readerWorkers, found)
  const defect = (error: unknown) => log.error({ err: error }, 'a defect')
  const plans = new Plans(new Map(Object.entries(config.plans).map(([name, plan]) => [name, planOf(name, plan)])))
  const domains = new Domains(
    config.domains.map(({ name, access, catch_all }) => ({ name, access, catchAll: catch_all ?? null })),
  )
  const passwords = new Passwords()
  const cursors = new Cursors(ground.cursorSecret)
  const eventLog = guarded(new EventLog(db, writer), found)
  const usage = new Usage(
    guarded(new UsageStore(db, writer), found),
    { refusalsKept: config.limits.refusals_kept },
    outside,
  )
  const mailboxes = new Mailboxes(
    guarded(new SqliteMailboxStore(db, writer), found),
    domains,
    plans,
    passwords,
    {
      anonymousMailboxes: config.http.anonymous_mailboxes,
      reservedLocalParts: config.mailboxes.reserved_local_parts,
      unclaimedRetentionMinutes: config.mailboxes.unclaimed_retention_minutes,
      unclaimedMessages: config.mailboxes.unclaimed_messages,
      unclaimedBytes: config.mailboxes.unclaimed_bytes,
      quarantineHours: config.mailboxes.quarantine_hours,
      operatorAddress: operatorAddress(domains.primary(), config.smtp.hostname),
    },
    outside,
    () => ground.shortage() !== null,
  )
  const messageStore = guarded(new SqliteMessageStore(db, writer), found)
  const { mime_depth, mime_parts, mime_attachments } = config.limits
  const bounds = { depth: mime_depth, parts: mime_parts, attachments: mime_attachments }
  const digesting = new Digesting(
    messageStore,
    digestWorkers,
    {
      milliseconds: config.limits.digest_seconds * 1000,
      longMilliseconds: config.limits.digest_retry_seconds * 1000,
      bounds,
    },
    outside,
    {
      done: (milliseconds) => metrics.digestSeconds.observe(milliseconds / 1000),
      cut: (bound) => metrics.digestsCut.inc({ bound }),
      late: () => metrics.digestTimeouts.inc(),
      failed: (cause) => metrics.digestsFailed.inc({ cause }),
    },
    defect,
  )
  const gathered = new Gathered(config.smtp.max_buffered_bytes, config.smtp.buffer_wait_seconds * 1000)
  const outgoing = new Budget(config.http.max_download_bytes, downloadWaitMs)
  const messages = new Messages(
    messageStore,
    mailboxes,
    digesting,
    readerWorkers,
    gathered,
    new Downloads(ground.readerWorkers, bounds, outgoing),
    cursors,
    outside,
    (size) => {
      metrics.mailsAccepted.inc()
      metrics.mailBytes.inc(size)
    },
    () => ground.shortage() !== null,
    (address) => events.hasListener(address),
  )
  const waits = new Waits(messages, mailboxes, events, eventLog, cursors, config.http.max_waits)
  const streams = new Streams(messageStore, mailboxes, events, eventLog, outside, config.http.max_streams, defect)
  const tickets = new Tickets(outside)
  return {
    plans,
    domains,
    mailboxes,
    messages,
    waits,
    streams,
    tickets,
    usage,
    events,
    eventLog,
    digesting,
    passwords,
    cursors,
    gathered,
    outgoing,
  }
}

/** `postmaster` at the first shared domain with a name, else at the host name (`localhost` where that is none). */
function operatorAddress(primary: string | null, hostname: string): string {
  const address = parseAddress(`postmaster@${primary ?? parseDomain(hostname) ?? 'localhost'}`)
  return address?.mailbox ?? 'postmaster@localhost'
}
