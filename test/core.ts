// The services on a real database in memory, with the real changes, run in this thread; only `outside` is faked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nobody } from '../src/accounts/caller.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Config } from '../src/config/schema.ts'
import { type Core, makeCore } from '../src/core.ts'
import { type Event, Events } from '../src/events.ts'
import { openLog } from '../src/log.ts'
import type { Mailbox } from '../src/mailboxes/mailbox.ts'
import type { OpeningWish } from '../src/mailboxes/service.ts'
import { digestJobs } from '../src/messages/jobs.ts'
import { Metrics } from '../src/metrics.ts'
import { type Outside, realOutside } from '../src/outside.ts'
import type { Rail, RailName } from '../src/payments/rail.ts'
import { type Connection, openForWriting } from '../src/storage/database.ts'
import { localWorkers } from '../src/storage/worker-pool.ts'
import { LocalWriter } from '../src/storage/writer.ts'
import { changes } from '../src/threads/changes.ts'
import { readerJobs } from '../src/threads/reader-jobs.ts'

export type TestCore = Core & {
  config: Config
  connection: Connection
  /** All that was told, in order. */
  told: Event[]
  /** Its warnings and errors. */
  logged: string[]
  clock: { now: number }
  metrics: Metrics
  outside: Outside
  /** Why no mail can be taken, if a test says so. */
  room: { shortage: string | null; bytes: number }
  close: () => void
}

/** Most tests are not about limits, and all come from one address. */
export const unlimited = {
  MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: 'unlimited',
  MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: 'unlimited',
  MAYFLY_PLANS_ANONYMOUS_ACTIVE_MAILBOXES: 'unlimited',
  MAYFLY_DIALECTS_MAILCX_REQUESTS_PER_SECOND_PER_IP: '100000',
  // No test asks the world: there nobody answers.
  MAYFLY_DNS_NAMESERVERS: '127.0.0.1:9',
}

/** The defaults without limits on who has no account, with environment-like overrides such as `{ MAYFLY_DOMAINS: 'a.test' }`. */
export function testConfig(env: Record<string, string> = {}): Config {
  return loadConfig({ env: { ...unlimited, ...env }, cwd: tmpdir() }).config
}

/** Thousands of members sign in here, and nobody guesses. */
const guessCost = { memoryCost: 8, timeCost: 1 }

/** A new database in memory: its schema is made once, and copied, which takes a tenth of that. */
let blank: Uint8Array | null = null

function inMemory(): Connection {
  if (blank) return openForWriting(blank)
  const first = openForWriting(':memory:')
  blank = first.sqlite.serialize()
  return first
}

/** A core whose clock stands still until the test moves it. `file`: a database on the disk, for a restart. */
export function testCore({
  config = testConfig(),
  file = ':memory:',
  now = Date.UTC(2026, 0, 1),
  outside: own = {},
  rails,
}: {
  config?: Config
  file?: string
  now?: number
  /** What else of the world is not the real one. */
  outside?: Partial<Outside>
  /** In the place of the ways to pay that the config sets up. */
  rails?: ReadonlyMap<RailName, Rail>
} = {}): TestCore {
  const clock = { now }
  const room: { shortage: string | null; bytes: number } = { shortage: null, bytes: 0 }
  const outside: Outside = { ...realOutside, guessCost, ...own, now: () => clock.now }
  const told: Event[] = []
  const connection = file === ':memory:' ? inMemory() : openForWriting(file)
  const logged: string[] = []
  const log = openLog({ level: 'warn', format: 'json', to: { write: (line) => void logged.push(line) } })
  const events = new Events((error) => {
    throw error
  })
  const metrics = new Metrics()
  const core = makeCore(config, {
    db: connection.db,
    writer: new LocalWriter(connection, changes, (some) => {
      told.push(...some)
      events.tell(some)
    }),
    cursorSecret: new Uint8Array(32),
    digestWorkers: localWorkers(connection, digestJobs),
    readerWorkers: localWorkers(connection, readerJobs),
    events,
    shortage: () => room.shortage,
    storedBytes: () => room.bytes,
    ...(rails ? { rails } : {}),
    outside,
    metrics,
    log,
  })
  return { ...core, config, connection, told, logged, clock, metrics, outside, room, close: () => connection.close() }
}

/** Opens a mailbox without an account. */
export async function openAnonymous(
  core: Pick<Core, 'mailboxes'>,
  wish: OpeningWish = {},
): Promise<{ mailbox: Mailbox; token: string }> {
  const { mailbox, token } = await core.mailboxes.open(nobody, wish, '192.0.2.1')
  if (token === null) throw new Error('a mailbox without an account has a token')
  return { mailbox, token }
}

/** Sends a mail past SMTP, the way its door does. Answers the messages' ids. Refuses what RCPT refuses. */
export async function deliver(
  core: Core,
  to: string | string[],
  mail: string | Uint8Array,
  { from = 'sender@example.test', trusted = true }: { from?: string; trusted?: boolean } = {},
): Promise<string[]> {
  const bytes = typeof mail === 'string' ? new TextEncoder().encode(mail) : mail
  const recipients = await Promise.all(
    [to].flat().map((one) => core.mailboxes.accepting(one, { trusted, size: bytes.byteLength })),
  )
  const arrival = core.messages.arrive({
    from,
    recipients,
    trace: (id) => `Return-Path: <${from}>\r\nReceived: by test; id ${id}\r\n`,
  })
  for (let at = 0; at < bytes.byteLength; at += 65_536) await arrival.write(bytes.subarray(at, at + 65_536))
  return (await arrival.commit()).messageIds
}

/** A small mail with these headers and body. */
export const mail = (headers: Record<string, string>, body: string): string =>
  `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`

/** A directory that `using` removes. */
export function temporaryDirectory(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'mayfly-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
