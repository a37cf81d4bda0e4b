// Assembly, in dependency order: from a config to a server that runs, and back.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { CannotStart } from './cannot-start.ts'
import { certificateOf } from './certificate.ts'
import type { Config } from './config/schema.ts'
import { type Core, makeCore } from './core.ts'
import { Events } from './events.ts'
import { type HttpServer, startHttp } from './http/server.ts'
import type { Log } from './log.ts'
import { Metrics } from './metrics.ts'
import type { Outside } from './outside.ts'
import { type SmtpServer, startSmtp } from './smtp/server.ts'
import { databaseFile, openForReading } from './storage/database.ts'
import { DataDirectoryLock } from './storage/lock.ts'
import { Room } from './storage/room.ts'
import { Settings } from './storage/settings.ts'
import { WorkerPool } from './storage/worker-pool.ts'
import { ThreadWriter } from './storage/writer.ts'
import { expire } from './tasks/expire.ts'
import { flushRefusals } from './tasks/flush-refusals.ts'
import { trimEvents } from './tasks/trim-events.ts'
import { watchCertificate } from './tasks/watch-certificate.ts'
import { watchClock } from './tasks/watch-clock.ts'
import { watchDisk } from './tasks/watch-disk.ts'
import { startThread, type ThreadName } from './thread.ts'

export type App = {
  core: Core
  http: HttpServer['addresses']
  smtp: SmtpServer['addresses']
  /** The operator's mailbox and a token for it. */
  operator: { address: string; token: string }
  /** Takes up a new certificate if there is one. */
  lookAtCertificate: () => Promise<void>
  /** Stops taking connections, lets mail in flight finish, commits, closes. */
  stop: () => Promise<void>
}

const minute = 60_000

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
    throw error
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

  const defect = (error: unknown) => log.error({ err: error }, 'a defect')
  const metrics = new Metrics()
  const events = new Events(defect)
  const room = new Room(dataDir, {
    maxBytes: config.storage.max_bytes,
    minFreeBytes: config.storage.min_free_bytes,
  })
  const file = databaseFile(dataDir)
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
    died: (error) => {
      metrics.threadsReplaced.inc({ thread: 'writer' })
      log.error({ err: error }, 'the writer thread died')
    },
  }).catch((error) => {
    throw new CannotStart(`the database ${file} cannot be opened: ${error instanceof Error ? error.message : error}`)
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
  const digestWorkers = pool('digest', 8, 1000, config.limits.digest_seconds)
  const readerWorkers = pool('reader', 1, 1000, config.limits.reader_seconds)

  const shortage = () => (writer.isAlive ? room.shortage() : 'the writer thread ended, and is being started again')
  const cursorSecret = await new Settings(writer).secret('cursors', outside.randomBytes(32))
  const core = makeCore(config, {
    db: reading.db,
    writer,
    cursorSecret,
    digestWorkers,
    readerWorkers,
    events,
    shortage,
    outside,
    metrics,
    log,
  })
  metrics.gauge('mayfly_store_bytes', 'Bytes of the database in use.', () => room.figures.bytes)
  metrics.gauge('mayfly_wal_bytes', 'Bytes of the write-ahead log.', () => room.figures.walBytes)
  metrics.gauge('mayfly_disk_free_bytes', 'Bytes free on the disk.', () => room.free)
  metrics.gauge('mayfly_writer_waiting', 'Changes that wait for the writer.', () => writer.waiting)
  metrics.gauge('mayfly_digests_waiting', 'Mails that wait for their digest.', () => core.digesting.waiting)
  metrics.gauge('mayfly_reader_waiting', 'Slow reads that wait.', () => readerWorkers.waiting)
  metrics.gauge('mayfly_gathered_bytes', 'Bytes of mail gathered but not yet stored.', () => core.gathered.held)
  metrics.gauge('mayfly_outgoing_bytes', 'Bytes of attachments on their way out.', () => core.outgoing.held)
  metrics.gauge('mayfly_waiters', 'Calls that wait for a mail.', () => core.waits.count)
  metrics.gauge('mayfly_streams', 'Live streams.', () => core.streams.count)

  await room.measure()
  await core.messages.forgetArriving()
  const operator = await core.mailboxes.operator()
  undo.push(() => core.usage.flush())

  const readCertificate = () => certificateOf(config, outside.now())
  const certificate = await readCertificate()
  const smtp = await startSmtp(config, { ...core, metrics, log, outside }, certificate)
  undo.push(() => smtp.stop())
  const http = await startHttp(config, { core, metrics, log, outside, certificate, shortage })
  undo.push(() => http.stop())
  const certificateWatch = watchCertificate(
    readCertificate,
    certificate,
    (fresh) => {
      smtp.useCertificate(fresh)
      http.useCertificate(fresh)
    },
    { seconds: config.tls.watch_seconds, outside, log },
  )

  for (const task of [
    expire(core, defect),
    trimEvents(core, outside, config.limits.event_hours, defect),
    flushRefusals(core, defect),
    certificateWatch,
    watchDisk(room, defect),
    watchClock(outside, log, defect),
  ]) {
    undo.push(() => task.stop())
  }
  core.digesting.start()
  undo.push(() => core.digesting.stop())
  return {
    core,
    http: http.addresses,
    smtp: smtp.addresses,
    lookAtCertificate: certificateWatch.look,
    operator: { address: operator.mailbox.address, token: operator.token },
  }
}

function prepareDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown'
    throw new CannotStart(
      `the data directory ${dataDir} cannot be written (${why}): choose another with --data DIR, or mend its rights`,
    )
  }
}
