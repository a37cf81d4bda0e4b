// The writer thread: the only connection that writes. Takes what waits, commits it as one group, and answers when that is on
// the disk; meanwhile it may write the next.
import { existsSync, statSync } from 'node:fs'
import { trimAfterStart } from '../limits/heap.ts'
import { Checkpoints } from '../storage/checkpoints.ts'
import { type Connection, openForWriting } from '../storage/database.ts'
import { type GroupResult, refusedAll, runGroup, type Work } from '../storage/group.ts'
import { inspectAndMend, nothingFound, type Report } from '../storage/inspection.ts'
import { type LogFiles, LogSync, openLogFiles } from '../storage/log-sync.ts'
import { unpack } from '../storage/parcel.ts'
import type { Figures, FromWriter, ToWriter } from '../storage/writer.ts'
import { changes } from './changes.ts'

declare const self: Worker

const mostChanges = 256
/** Of mail in a group, before the last of its changes: everybody in it waits until all of it is on the disk. */
const mostBytes = 1024 * 1024
/** While the disk is busy with a group, the next one waits until it has so many changes: each commit has its price. */
const leastAhead = 8
/** Free pages given back in one go: about 2 ms. */
const vacuumPages = 200
/** A database up to here is looked through before anything is served: some tens of milliseconds. */
const inspectedAtOnceBytes = 16 * 1024 * 1024

let connection: Connection | null = null
let checkpoints: Checkpoints | null = null
let log: LogSync | null = null
let logFiles: LogFiles | null = null
let file = ''
let waiting: Work[] = []
let scheduled = false
let stopAsked = false
let shrinking = false

self.onmessage = (message: MessageEvent<ToWriter>) => {
  const asked = message.data
  if ('open' in asked) open(asked.open, asked.again, asked.files)
  else if ('stop' in asked) {
    stopAsked = true
    schedule()
  } else {
    const work = unpack(asked.work)
    waiting = waiting.length === 0 ? work : waiting.concat(work)
    schedule()
  }
}

function open(path: string, again: boolean, files: LogFiles | null): void {
  try {
    file = path
    const isNew = !existsSync(path)
    connection = openForWriting(path, undefined, { again })
    checkpoints = new Checkpoints(connection.sqlite)
    logFiles = files
    log = openLog(path, connection)
    trimAfterStart()
    setInterval(() => careful(shrink), 250).unref()
    last = { ...last, walBytes: walBytes() }
    measure(connection)
    answer({ opened: last, files: logFiles ?? undefined, report: isNew ? nothingFound : inspection(connection) })
  } catch (error) {
    answer({ refused: error instanceof Error ? error.message : String(error), files: logFiles })
  }
}

const inspection = (open: Connection): Report | null =>
  last.bytes <= inspectedAtOnceBytes ? inspectAndMend(open) : null

/** A turn of the loop later, so that messages which have arrived meanwhile join the group. */
function schedule(): void {
  if (scheduled) return
  scheduled = true
  setImmediate(work)
}

/** The log is synced here and not by SQLite, which would hold up the next group until the disk has the last one. */
function openLog(path: string, { sqlite }: Connection): LogSync {
  sqlite.run('PRAGMA synchronous = NORMAL')
  // The first transaction makes the files of the log.
  sqlite.run('BEGIN IMMEDIATE')
  sqlite.run('COMMIT')
  logFiles ??= openLogFiles(path)
  const opened = new LogSync(logFiles)
  // Of what an earlier thread or process left in it nobody knows whether the disk has it.
  opened.mend()
  return opened
}

function work(): void {
  scheduled = false
  if (!connection || !log) return
  if (waiting.length > 0 && (!log.busy || waiting.length >= leastAhead)) {
    const group = take()
    if (log.isBroken) careful(() => log?.mend())
    if (log.isBroken) tell(refusedAll(group, 'the disk did not keep what was written'), 0)
    else runAndSync(connection, log, group)
    if (waiting.length > 0) schedule()
  } else if (stopAsked && waiting.length === 0 && !log.busy) stop()
}

function runAndSync(open: Connection, log: LogSync, group: Work[]): void {
  const began = performance.now()
  const result = runGroup(open, changes, group)
  measure(open)
  log.after((failure) => {
    tell(failure ? refusedAll(group, failure.message) : result, performance.now() - began)
    schedule()
  })
  const isFull = result.outcomes.some((outcome) => 'reason' in outcome && outcome.reason === 'storage-full')
  careful(() => checkpoints?.after(last.walBytes, isFull))
}

const tell = (group: GroupResult, commitMs: number): void =>
  answer({ group: JSON.stringify(group), figures: last, commitMs })

function take(): Work[] {
  let bytes = 0
  let count = 0
  for (const { input } of waiting) {
    if (count > 0 && (count >= mostChanges || bytes >= mostBytes)) break
    bytes += weight(input)
    count++
  }
  const group = waiting.slice(0, count)
  waiting = waiting.slice(count)
  return group
}

/** Bytes of mail that an input carries. */
function weight(input: unknown): number {
  if (typeof input !== 'object' || input === null || !('parts' in input) || !Array.isArray(input.parts)) return 0
  let bytes = 0
  for (const part of input.parts) if (part instanceof Uint8Array) bytes += part.byteLength
  return bytes
}

/** Gives free pages back to the file system, a few at a time; the file itself gets shorter with a checkpoint. */
function shrink(): void {
  if (!connection || waiting.length > 0) return
  if (pragma(connection, 'freelist_count') > vacuumPages) {
    connection.sqlite.run(`PRAGMA incremental_vacuum(${vacuumPages})`)
    shrinking = true
  } else if (shrinking) {
    connection.sqlite.run('PRAGMA wal_checkpoint(PASSIVE)')
    shrinking = false
  }
}

let last: Figures = { bytes: 0, walBytes: 0 }

function measure(open: Connection): void {
  careful(() => {
    const pages = pragma(open, 'page_count') - pragma(open, 'freelist_count')
    last = { bytes: pages * pragma(open, 'page_size'), walBytes: walBytes() }
  })
}

const walBytes = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0

/** Housekeeping that fails, such as on a full disk, is told of and done later: the thread must live on. */
function careful(housekeeping: () => void): void {
  try {
    housekeeping()
  } catch (error) {
    answer({ trouble: error instanceof Error ? error.message : String(error) })
  }
}

function pragma({ sqlite }: Pick<Connection, 'sqlite'>, name: string): number {
  return sqlite.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0
}

function stop(): void {
  careful(() => {
    // A backup that was told to stop still reads for a moment: the next start takes over the log that it holds.
    connection?.sqlite.run('PRAGMA busy_timeout = 100')
    connection?.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  })
  careful(() => connection?.close())
  connection = null
  answer({ stopped: true })
}

function answer(message: FromWriter): void {
  self.postMessage(message)
}
