// The SMTP door before real services and a database in memory, on free ports.
import { asc, eq } from 'drizzle-orm'
import { type Certificate, certificateOf } from '../../src/certificate.ts'
import { openLog } from '../../src/log.ts'
import { readWhole } from '../../src/messages/pieces.ts'
import { type SmtpServer, startSmtp } from '../../src/smtp/server.ts'
import { contents } from '../../src/storage/schema.ts'
import type { RefusalRow } from '../../src/usage/store.ts'
import { type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'

/** What the defaults do not say: the environment's names, `MAYFLY_` left out. */
export type Settings = Record<string, string>

/** The bytes as they came, the trace beside them, and the reverse-path. */
export type StoredMail = { bytes: Buffer; trace: string; from: string }

export type Door = {
  core: TestCore
  server: SmtpServer
  /** The port of the plain listener, and of the one with TLS from the first byte. */
  port: number
  tlsPort: number
  /** Every log line, as it was written. */
  log: string[]
  certificate: Certificate
  /** All mails that are stored, oldest first. */
  stored: () => StoredMail[]
  /** How many there are now. */
  connections: () => Promise<number>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** Of all doors that ask for no other: to make one takes longer than most tests. */
let selfSigned: Promise<Certificate> | null = null

async function certificateFor({ config, outside }: TestCore): Promise<Certificate> {
  if (config.tls.cert_file !== undefined) return certificateOf(config, outside.now())
  selfSigned ??= certificateOf(config, outside.now())
  return selfSigned
}

/** `strangers`: nobody is trusted, so that the limits for strangers hold. `later`: what the certificate is waited for with. */
export async function openDoor(
  settings: Settings = {},
  { strangers = false, later }: { strangers?: boolean; later?: (made: Certificate) => Promise<Certificate> } = {},
): Promise<Door> {
  const directory = temporaryDirectory()
  const env: Settings = {
    MAYFLY_SERVER_DATA_DIR: directory.path,
    MAYFLY_SMTP_LISTEN: '127.0.0.1:0',
    MAYFLY_SMTP_LISTEN_TLS: later ? '' : '127.0.0.1:0',
    MAYFLY_SMTP_HOSTNAME: 'mx.example.test',
    MAYFLY_SMTP_SHUTDOWN_SECONDS: '1',
    ...(strangers ? { MAYFLY_SMTP_TRUSTED_NETWORKS: '192.0.2.0/24' } : {}),
  }
  for (const [name, value] of Object.entries(settings)) env[`MAYFLY_${name}`] = value
  const core = testCore({ config: testConfig(env) })
  const log: string[] = []
  const to = { write: (line: string) => void log.push(line) }
  const letGo = (): void => {
    core.digesting.stop()
    core.close()
    directory[Symbol.dispose]()
  }
  const services = { ...core, log: openLog({ level: 'debug', format: 'json', to }) }
  const server = await certificateFor(core)
    .then((certificate) => startSmtp(core.config, services, later?.(certificate) ?? Promise.resolve(certificate)))
    .catch((error) => {
      letGo()
      throw error
    })
  const port = server.addresses.find(({ tls }) => !tls)?.port ?? 0
  const tlsPort = server.addresses.find(({ tls }) => tls)?.port ?? 0
  return {
    core,
    server,
    port,
    tlsPort,
    log,
    certificate: await certificateFor(core),
    stored: () => storedMails(core),
    connections: async () => (await core.metrics.smtpConnections.get()).values[0]?.value ?? 0,
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      letGo()
    },
  }
}

function storedMails({ connection: { db } }: TestCore): StoredMail[] {
  const kept = db.select().from(contents).where(eq(contents.state, 'kept')).orderBy(asc(contents.key)).all()
  return kept.map(({ key, size, checksum, trace, envelopeFrom }) => ({
    bytes: Buffer.from(readWhole(db, key, { size, checksum })),
    trace,
    from: envelopeFrom,
  }))
}

/** The refusals that are remembered, oldest first. */
export async function refusals({ core }: Door): Promise<RefusalRow[]> {
  const operator = { kind: 'mailbox', mailboxId: '', operator: true } as const
  const newest = await core.usage.refusals(operator, async () => '', { before: Number.MAX_SAFE_INTEGER, limit: 1000 })
  return newest.toReversed()
}
