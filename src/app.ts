// Assembly, in dependency order: from a config to a server that runs, and back.
import manifest from '../package.json' with { type: 'json' }
import { CannotStart } from './cannot-start.ts'
import { certificateOf, endOf } from './certificate.ts'
import type { Config } from './config/schema.ts'
import { pageUrl } from './control/links.ts'
import { openControl } from './control/server.ts'
import { type Core, makeCore } from './core.ts'
import { Events } from './events.ts'
import type { Health } from './health.ts'
import type { HttpServer } from './http/server.ts'
import type { Log } from './log.ts'
import { Metrics, sumOf } from './metrics.ts'
import type { Outside } from './outside.ts'
import type { Payments } from './payments/service.ts'
import { plansOf } from './plans/from-config.ts'
import { Refusal } from './refusal.ts'
import { type SmtpServer, startSmtp } from './smtp/server.ts'
import { Backups } from './storage/backup.ts'
import { damageOf } from './storage/damage.ts'
import { DatabaseDamaged, databaseFile, openForReading } from './storage/database.ts'
import { prepareDirectory } from './storage/directory.ts'
import { Integrity } from './storage/integrity.ts'
import { DataDirectoryLock } from './storage/lock.ts'
import { finishRestore } from './storage/restore.ts'
import { Room } from './storage/room.ts'
import { Settings } from './storage/settings.ts'
import { WorkerPool } from './storage/worker-pool.ts'
import { ThreadWriter } from './storage/writer.ts'
import { checkDomains } from './tasks/check-domains.ts'
import { collectGarbage } from './tasks/collect-garbage.ts'
import { deliverWebhooks } from './tasks/deliver-webhooks.ts'
import { expire } from './tasks/expire.ts'
import { sellPlans } from './tasks/sell-plans.ts'
import { tidyAccounts } from './tasks/tidy-accounts.ts'
import { trimEvents } from './tasks/trim-events.ts'
import { watchCertificate } from './tasks/watch-certificate.ts'
import { watchClock } from './tasks/watch-clock.ts'
import { watchDisk } from './tasks/watch-disk.ts'
import { writeUsage } from './tasks/write-usage.ts'
import { startThread, type ThreadName } from './thread.ts'

export type App = {
  core: Core
  http: HttpServer['addresses']
  smtp: SmtpServer['addresses']
  /** The operator's mailbox and a token for it. */
  operator: { address: string; token: string }
  /** The secret of the link that makes the first admin; null once there is one. */
  adminLink: string | null
  /** Takes up what may be changed while the server runs: the plans. */
  reload: (config: Config) => Promise<void>
  /** Takes up a new certificate if there is one. */
  lookAtCertificate: () => Promise<void>
  /** Stops taking connections, lets mail in flight finish, commits, closes. */
  stop: () => Promise<void>
}

const minute = 60_000
const troubleRestMs = 10_000

/** Starts everything. What was started is stopped again if a later part cannot start. */
export async function start(config: Config, outside: Outside, log: Log): Promise<App> {
  const undo: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    return { ...(await assemble(config, outside, log, undo)), stop }
  } catch (error) {
    await stop()
    const damage = damageOf(error)
    throw damage
      ? new CannotStart(`the database cannot be used: ${new DatabaseDamaged(damage.details.what ?? '').message}`)
      : error
  }
}

async function assemble(
  config: Config,
  outside: Outside,
  log: Log,
  undo: (() => unknown)[],
): Promise<Omit<App, 'stop'>> {
  const dataDir = config.server.data_dir
  prepareDirectory(dataDir)
  const lock = DataDirectoryLock.take(dataDir)
  undo.push(() => lock.release())
  finishRestore(dataDir)
  const readCertificate = () => certificateOf(config, outside.now())
  // Meanwhile the database is opened; what goes wrong with it is told first.
  const certificateRead = readCertificate()
  const certificateDone = certificateRead.catch(() => {})
  undo.push(() => certificateDone)

  const defect = (error: unknown): void => {
    // A disk that failed was told of by the writer; the work it cost is done later.
    if (!(error instanceof Refusal)) log.error({ err: error }, 'a defect')
  }
  const metrics = new Metrics()
  const events = new Events(defect)
  const room = new Room(dataDir, {
    maxBytes: config.storage.max_bytes,
    minFreeBytes: config.storage.min_free_bytes,
  })
  const file = databaseFile(dataDir)
  let replaced = (): void => {}
  const integrity = new Integrity(
    () => writer,
    () => inspectors,
    log,
  )
  let isInspected = false
  // The door that has most modules reads them while the writer thread opens the database.
  const httpDoor = import('./http/server.ts')
  const writer = await ThreadWriter.open({
    start: () => startThread('writer'),
    databaseFile: file,
    tell: (told) => events.tell(told),
    committed: (changes, milliseconds, figures) => {
      room.figures = figures
      if (changes === 0) return
      metrics.commitSeconds.observe(milliseconds / 1000)
      metrics.commitChanges.observe(changes)
    },
    inspected: (report) => {
      isInspected = report !== null
      if (report) integrity.take(report)
    },
    died: (error) => {
      metrics.threadsReplaced.inc({ thread: 'writer' })
      log.error({ err: error }, 'the writer thread died')
    },
    replaced: () => replaced(),
    troubled: seldom(outside, (cause) => log.error({ cause }, 'the disk failed')),
  }).catch((error) => {
    throw new CannotStart(`the database ${file} cannot be opened: ${said(error)}`)
  })
  undo.push(() => writer.stop())
  const reading = openForReading(file)
  undo.push(() => reading.close())

  const pool = (name: ThreadName, ahead: number, mostWaiting: number, seconds: number): WorkerPool => {
    const workers = new WorkerPool({
      start: () => startThread(name),
      databaseFile: file,
      threads: 1,
      ahead,
      deadlineMs: seconds * 1000,
      idleMs: minute,
      mostWaiting,
      replaced: (cause) => {
        metrics.threadsReplaced.inc({ thread: name })
        log.warn({ thread: name, cause }, 'a thread was replaced')
      },
    })
    undo.push(() => workers.stop())
    return workers
  }
  const digestWorkers = pool('digest', 16, 1000, config.limits.digest_seconds)
  const readerWorkers = pool('reader', 1, 1000, config.limits.reader_seconds)

  const inspectors = pool('inspector', 1, 10, 3600)

  const shortage = () =>
    writer.isAlive ? (integrity.shortage() ?? room.shortage()) : 'the writer thread ended, and is being started again'
  const settings = new Settings(writer, reading.db)
  // Nobody else can have made one meanwhile: the first that is kept is this one.
  const cursors = settings.get('cursors') ?? Buffer.from(outside.randomBytes(32)).toString('hex')
  const core = makeCore(config, {
    db: reading.db,
    writer,
    cursorSecret: Buffer.from(cursors, 'hex'),
    digestWorkers,
    readerWorkers,
    events,
    shortage,
    storedBytes: () => room.figures.bytes,
    outside,
    metrics,
    log,
  })
  replaced = () => void core.messages.forgetLost().catch(defect)
  metrics.gauge('mayfly_store_bytes', 'Bytes of the database in use.', () => room.figures.bytes)
  metrics.gauge('mayfly_wal_bytes', 'Bytes of the write-ahead log.', () => room.figures.walBytes)
  metrics.gauge('mayfly_disk_free_bytes', 'Bytes free on the disk.', () => room.free)
  metrics.gauge('mayfly_writer_waiting', 'Changes that wait for the writer.', () => writer.waiting)
  metrics.gauge('mayfly_digests_waiting', 'Mails that wait for their digest.', () => core.digesting.waiting)
  metrics.gauge('mayfly_reader_waiting', 'Slow reads that wait.', () => readerWorkers.waiting)
  metrics.gauge('mayfly_gathered_bytes', 'Bytes of mail gathered but not yet stored.', () => core.gathered.held)
  metrics.gauge('mayfly_outgoing_bytes', 'Bytes of attachments on their way out.', () => core.outgoing.held)
  metrics.gauge('mayfly_waiters', 'Calls that wait for a mail.', () => core.waits.count)
  metrics.gauge(
    'mayfly_webhook_deliveries_waiting',
    'Deliveries to webhooks that wait, for the first time or again.',
    () => core.delivering.waiting(),
  )
  metrics.gauges('mayfly_invoices', 'Invoices of plans, by how they are to be paid.', ['rail', 'state'], () =>
    core.payments.counts().map(({ rail, state, n }) => ({ labels: { rail, state }, value: n })),
  )
  metrics.gauge('mayfly_streams', 'Live streams.', () => core.streams.count)

  metrics.gauge('mayfly_damaged', 'Whether damage of the database is known.', () => (integrity.isWhole ? 0 : 1))

  await room.measure()
  const mendSearch = async (): Promise<void> => {
    if (!integrity.needsSearchIndex) return
    await core.messages.indexAnew()
    integrity.searchIsWhole()
    log.warn('the damaged search index was made anew')
  }
  // Without it a server can still do all but search.
  if (isInspected) await mendSearch().catch(defect)
  core.switches.load()
  core.blocks.load()
  await core.domains.load()
  await core.usage.load()
  // What these write is committed together, and before whatever the doors ask for.
  const written = Promise.all([
    core.mailboxes.operator(),
    core.links.adminLink(),
    core.messages.forgetLost(),
    core.messages.takeUp(),
    core.plans.remember(),
    settings.keep('cursors', cursors),
    // Without it only those who sign in to a mailbox are refused.
    core.jwts.load().catch(defect),
    runOut(core.payments),
  ])
  const writtenOrNot = written.catch(() => {})
  undo.push(() => writtenOrNot)
  undo.push(() => core.usage.flush())
  undo.push(() => core.keys.flush())

  // One of the operator's that is wrong ends the start before anything is taken; to make one takes longer than all else.
  if (config.tls.cert_file !== undefined) await certificateRead
  const smtp = await startSmtp(config, { ...core, metrics, log, outside }, certificateRead)
  undo.push(() => smtp.stop())
  const [operator, adminLink] = await written
  const certificate = await certificateRead
  const startedAt = outside.now()
  const { version } = manifest
  let presentCertificate = certificate
  const health = async (): Promise<Health> => ({
    version,
    startedAt,
    now: outside.now(),
    shortage: shortage(),
    isWhole: integrity.isWhole,
    queues: {
      writer: writer.waiting,
      digests: core.digesting.waiting,
      reads: readerWorkers.waiting,
      webhooks: core.delivering.waiting(),
    },
    open: {
      smtp: await sumOf(metrics.smtpConnections),
      http: await sumOf(metrics.httpConnections),
      waits: core.waits.count,
      streams: core.streams.count,
    },
    threadsReplaced: await sumOf(metrics.threadsReplaced),
    store: {
      bytes: room.figures.bytes,
      logBytes: room.figures.walBytes,
      maxBytes: config.storage.max_bytes,
      freeBytes: room.free,
      minFreeBytes: config.storage.min_free_bytes,
    },
    memoryBytes: process.memoryUsage.rss(),
    certificate: {
      endsAt: endOf(presentCertificate),
      selfSigned: config.tls.cert_file === undefined,
    },
  })
  const { startHttp } = await httpDoor
  const http = await startHttp(config, { core, metrics, log, outside, certificate, shortage, health })
  undo.push(() => http.stop())
  const certificateWatch = watchCertificate(
    readCertificate,
    certificate,
    (fresh) => {
      presentCertificate = fresh
      smtp.useCertificate(fresh)
      http.useCertificate(fresh)
    },
    { seconds: config.tls.watch_seconds, outside, log },
  )

  for (const task of [
    expire(core, () => integrity.shortage() === null, defect),
    trimEvents(core, outside, config.limits.event_hours, defect),
    writeUsage(core, defect),
    tidyAccounts(core, defect),
    certificateWatch,
    watchDisk(room, defect),
    watchClock(outside, log, defect),
    deliverWebhooks(core, defect),
    sellPlans(core, defect),
    checkDomains(core, defect),
    collectGarbage(defect),
  ]) {
    undo.push(() => task.stop())
  }
  if (!isInspected) {
    undo.push(() => integrity.stop())
    integrity.inspect().then(mendSearch).catch(defect)
  }
  await core.delivering.start()
  undo.push(() => core.delivering.stop())
  core.digesting.start()
  undo.push(() => core.digesting.stop())

  const addresses = { http: http.addresses, smtp: smtp.addresses }
  const backups = new Backups({
    start: () => startThread('backup'),
    databaseFile: file,
    minFreeBytes: config.storage.min_free_bytes,
  })
  undo.push(() => backups.stop())
  const status = () => ({ version, pid: process.pid, startedAt, ...addresses, shortage: shortage() })
  // Mail is taken without it too.
  const { accounts, signIns, links, keys, domains, jwts, payments } = core
  const ground = {
    backups,
    status,
    accounts,
    signIns,
    links,
    keys,
    domains,
    jwts,
    payments,
    isServing: true,
    pageUrl: pageUrl(config.server.public_url ?? null, addresses.http),
  }
  const control = await openControl(dataDir, ground, log).catch((error) => log.warn(said(error)))
  if (control) undo.push(() => control.stop())
  return {
    core,
    ...addresses,
    lookAtCertificate: certificateWatch.look,
    operator: { address: operator.mailbox.address, token: operator.token },
    adminLink: adminLink?.token ?? null,
    reload: (fresh) => core.plans.replace(plansOf(fresh.plans)),
  }
}

async function runOut(payments: Payments): Promise<void> {
  while (await payments.runOut());
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))
/** Tells each cause once in a while: a disk that is full says so at every commit. */
function seldom(outside: Outside, tell: (cause: string) => void): (cause: string) => void {
  const told = new Map<string, number>()
  return (cause) => {
    if (outside.elapsed() - (told.get(cause) ?? Number.NEGATIVE_INFINITY) < troubleRestMs) return
    told.set(cause, outside.elapsed())
    tell(cause)
  }
}
