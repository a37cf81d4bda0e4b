// Builds each service once, in dependency order. `Core` is all that a door holds.
import { Failures } from './accounts/failures.ts'
import { Links } from './accounts/links.ts'
import { Passwords } from './accounts/passwords.ts'
import { Accounts } from './accounts/service.ts'
import { SignIns } from './accounts/sign-ins.ts'
import { AccountStore } from './accounts/store.ts'
import { Switches } from './accounts/switches.ts'
import type { Config } from './config/schema.ts'
import { Cursors } from './cursor.ts'
import { Doctor, doctorRulesOf } from './domains/doctor/doctor.ts'
import { Looking } from './domains/looking.ts'
import { type Lookups, lookupsOf, Resolver } from './domains/resolver.ts'
import { Domains } from './domains/service.ts'
import type { Intervals } from './domains/standing.ts'
import { DomainStore } from './domains/store.ts'
import type { Events } from './events.ts'
import { Keys } from './keys/service.ts'
import { Standing } from './keys/standing.ts'
import { KeyStore } from './keys/store.ts'
import { Budget } from './limits/budget.ts'
import { Networks } from './limits/networks.ts'
import type { Log } from './log.ts'
import { parseAddress, parseDomain } from './mailboxes/address.ts'
import { Blocks } from './mailboxes/blocks.ts'
import { Jwts } from './mailboxes/jwts.ts'
import { Mailboxes } from './mailboxes/service.ts'
import { SqliteMailboxStore } from './mailboxes/store.ts'
import { Digesting } from './messages/digesting.ts'
import { Downloads } from './messages/downloads.ts'
import { Gathered } from './messages/gathered.ts'
import { Injecting } from './messages/injecting.ts'
import { Messages } from './messages/service.ts'
import { SqliteMessageStore } from './messages/store.ts'
import { Streams } from './messages/streams.ts'
import { Tickets } from './messages/tickets.ts'
import { Waits } from './messages/waits.ts'
import type { Metrics } from './metrics.ts'
import type { Outside } from './outside.ts'
import type { Rail, RailName } from './payments/rail.ts'
import { railsOf } from './payments/rails.ts'
import { Payments } from './payments/service.ts'
import { PaymentStore } from './payments/store.ts'
import { plansOf } from './plans/from-config.ts'
import { Plans } from './plans/service.ts'
import { PlanStore } from './plans/store.ts'
import type { Refusal } from './refusal.ts'
import { guarded } from './storage/damage.ts'
import type { Db } from './storage/database.ts'
import { EventLog } from './storage/event-log.ts'
import type { Jobs, Workers } from './storage/job.ts'
import { Settings } from './storage/settings.ts'
import type { Writer } from './storage/writer.ts'
import { Usage } from './usage/service.ts'
import { UsageStore } from './usage/store.ts'
import { Delivering } from './webhooks/delivering.ts'
import { HttpSender } from './webhooks/sending.ts'
import { Webhooks } from './webhooks/service.ts'
import { WebhookStore } from './webhooks/store.ts'
import { Targets } from './webhooks/targets.ts'

export type Core = {
  plans: Plans
  switches: Switches
  accounts: Accounts
  signIns: SignIns
  links: Links
  failures: Failures
  keys: Keys
  standing: Standing
  /** Of names, at the name servers of `[dns]`. */
  lookups: Lookups
  looking: Looking
  domains: Domains
  blocks: Blocks
  jwts: Jwts
  mailboxes: Mailboxes
  messages: Messages
  injecting: Injecting
  waits: Waits
  streams: Streams
  tickets: Tickets
  webhooks: Webhooks
  /** The queue of what webhooks are to be told. */
  delivering: Delivering
  payments: Payments
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

/** What keys may be for. */
const dialectNames = ['native', 'run2mail', 'dustmail', 'minutemail', 'mailcx', 'mailfade']
/** How long a download waits for others to end. */
const downloadWaitMs = 30_000
const second = 1000
const hour = 3600 * second

/** What the services stand on. */
export type Ground = {
  db: Db
  writer: Writer
  /** Of cursors, and of what else is to be known again as made here. */
  cursorSecret: Uint8Array
  digestWorkers: Workers<Jobs>
  readerWorkers: Workers<Jobs>
  events: Events
  /** Why no mail can be taken, or null. */
  shortage: () => string | null
  /** Bytes of the database in use; 0 while that is not known. */
  storedBytes: () => number
  /** Ways to pay, in the place of those that the config sets up. */
  rails?: ReadonlyMap<RailName, Rail>
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
  const plans = new Plans(plansOf(config.plans), new PlanStore(writer), () => standing.lookAgain())
  const passwords = new Passwords(outside)
  const cursors = new Cursors(ground.cursorSecret)
  const eventLog = guarded(new EventLog(db, writer), found)
  const settings = guarded(new Settings(writer, db), found)
  const { registration } = config.server
  const dialects = Object.fromEntries(Object.entries(config.dialects).map(([name, { enabled }]) => [name, enabled]))
  const switches = new Switches(
    settings,
    () => ({ developerApi: true, registration, dialects }),
    outside,
    () => standing.lookAgain(),
  )
  const accountStore = guarded(new AccountStore(db, writer, readerWorkers), found)
  const accounts = new Accounts(accountStore, plans, passwords, outside)
  const failures = new Failures(accountStore, outside)
  const signIns = new SignIns(accountStore, accounts, passwords, failures, outside)
  const links = new Links(
    accountStore,
    accounts,
    signIns,
    plans,
    passwords,
    failures,
    {
      registration: () => switches.now.registration,
      defaultPlan: () => config.server.default_plan,
      registrationsPerDay: config.server.registrations_per_day,
    },
    outside,
  )
  const usage = new Usage(
    guarded(new UsageStore(db, writer, readerWorkers), found),
    plans,
    {
      refusalsKept: config.limits.refusals_kept,
      pageRequestsPerMinute: config.page.requests_per_minute,
      pageBurst: config.page.burst,
    },
    outside,
    () => failures.flush(),
    ground.storedBytes,
  )
  const keys = new Keys(
    guarded(new KeyStore(db, writer), found),
    accounts,
    plans,
    { readDomain: parseDomain, dialects: dialectNames, isOn: (dialect) => switches.isOn(dialect) },
    outside,
    events,
  )
  const standing = new Standing(events, (caller) => keys.recheck(caller), outside.now, defect)
  const lookups = new Resolver(lookupsOf(config.dns), outside)
  const doctorRules = doctorRulesOf(config)
  const looking = new Looking(lookups, doctorRules.here, outside)
  const domains = new Domains(
    config.domains.map(({ name, access, catch_all }) => ({ name, access, catchAll: catch_all ?? null })),
    guarded(new DomainStore(db, writer), found),
    usage,
    {
      readDomain: parseDomain,
      mxTarget: config.smtp.hostname,
      mode: config.dns.mode,
      intervals: intervalsOf(config.dns),
      mailboxOf: (caller, name) => mailboxes.openedAddress(caller, name),
      leave: async () => {
        while (await mailboxes.leaveDomains());
      },
    },
    looking,
    new Doctor(looking, lookups, doctorRules, outside),
    outside,
    events,
    defect,
  )
  const operatorMail = operatorAddress(domains.primary(), config.smtp.hostname)
  const blocks = new Blocks(writer, db, outside, found, operatorMail)
  const jwts = new Jwts(settings, outside)
  const { idle_days, accounts_per_day_per_ip } = config.dialects.mailcx
  const trusted = new Networks(config.smtp.trusted_networks)
  const mailboxes = new Mailboxes(
    guarded(new SqliteMailboxStore(db, writer), found),
    domains,
    plans,
    passwords,
    usage,
    (id) => accounts.find(id),
    {
      anonymousMailboxes: config.http.anonymous_mailboxes,
      reservedLocalParts: config.mailboxes.reserved_local_parts,
      unclaimedRetentionMinutes: config.mailboxes.unclaimed_retention_minutes,
      unclaimedMessages: config.mailboxes.unclaimed_messages,
      unclaimedBytes: config.mailboxes.unclaimed_bytes,
      quarantineHours: config.mailboxes.quarantine_hours,
      operatorAddress: operatorMail,
      untilUnused: {
        days: idle_days,
        openedPerDay: (client) => (trusted.has(client) ? null : accounts_per_day_per_ip),
      },
    },
    jwts,
    outside,
    () => ground.shortage() !== null,
    (mailboxKey) => messages.adopt(mailboxKey),
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
    blocks,
    digesting,
    readerWorkers,
    gathered,
    new Downloads(ground.readerWorkers, bounds, outgoing),
    cursors,
    outside,
    (size, accountIds) => {
      metrics.mailsAccepted.inc()
      metrics.mailBytes.inc(size)
      for (const accountId of accountIds) usage.received(accountId, size)
    },
    () => ground.shortage() !== null,
    (address) => events.hasListener(address),
  )
  const injecting = new Injecting(
    writer,
    messages,
    mailboxes,
    blocks,
    { maxBytes: config.smtp.max_message_bytes, hostname: config.smtp.hostname },
    outside,
  )
  const waits = new Waits(messages, mailboxes, events, eventLog, cursors, standing, config.http.max_waits)
  const streams = new Streams(
    messageStore,
    mailboxes,
    events,
    eventLog,
    standing,
    outside,
    config.http.max_streams,
    defect,
  )
  const tickets = new Tickets(outside)
  const { allow_networks, allow_http, timeout_seconds, attempts, delivered_kept_hours, kept_hours } = config.webhooks
  const targets = new Targets({ allowNetworks: allow_networks, allowHttp: allow_http })
  const webhookStore = guarded(new WebhookStore(db, writer), found)
  const delivering = new Delivering(
    webhookStore,
    new HttpSender(targets, (host) => outside.resolve(host), { milliseconds: timeout_seconds * second }),
    outside,
    events,
    {
      attempted: (outcome) => metrics.webhookAttempts.inc({ outcome }),
      gaveUp: ({ id: webhookId, accountId, url }) => {
        metrics.webhooksGivenUp.inc()
        // The rest of the URL may hold a secret.
        log.warn({ webhookId, accountId, host: new URL(url).host }, 'a webhook was paused: its target keeps failing')
      },
      defect,
    },
    attempts,
  )
  const keeping = { deliveredMs: delivered_kept_hours * hour, allMs: kept_hours * hour }
  const webhooks = new Webhooks(webhookStore, targets, delivering, mailboxes, usage, outside, keeping)
  const payments = new Payments(
    guarded(new PaymentStore(db, writer), found),
    plans,
    ground.rails ?? railsOf(config.payments, { outside, ownSecret: ground.cursorSecret, log }),
    { renewalGraceMs: config.payments.stripe.renewal_grace_hours * hour },
    outside,
    { heard: (rail, what, outcome) => metrics.paymentNotices.inc({ rail, what, outcome }), log },
  )
  return {
    plans,
    switches,
    accounts,
    signIns,
    links,
    failures,
    keys,
    standing,
    lookups,
    looking,
    domains,
    blocks,
    jwts,
    mailboxes,
    messages,
    injecting,
    waits,
    streams,
    tickets,
    webhooks,
    delivering,
    payments,
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

function intervalsOf(dns: Config['dns']): Intervals {
  return {
    firstMs: dns.first_check_seconds * 1000,
    longestMs: dns.max_check_minutes * 60_000,
    verifiedMs: dns.verified_check_minutes * 60_000,
    graceMs: dns.grace_hours * 3_600_000,
  }
}

/** `postmaster` at the first shared domain with a name, else at the host name (`localhost` where that is none). */
function operatorAddress(primary: string | null, hostname: string): string {
  const address = parseAddress(`postmaster@${primary ?? parseDomain(hostname) ?? 'localhost'}`)
  return address?.mailbox ?? 'postmaster@localhost'
}
