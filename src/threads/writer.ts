// The writer thread: the only connection that writes. Takes what waits, commits it as one group, then answers.
import { statSync } from 'node:fs'
import { Checkpoints } from '../storage/checkpoints.ts'
import { type Connection, openForWriting } from '../storage/database.ts'
import { runGroup, type Work } from '../storage/group.ts'
import type { Figures, FromWriter, ToWriter } from '../storage/writer.ts'
import { changes } from './changes.ts'

declare const self: Worker

const mostChanges = 256
const mostBytes = 4 * 1024 * 1024
/** Free pages given back in one go: about 2 ms. */
const vacuumPages = 200

let connection: Connection | null = null
let checkpoints: Checkpoints | null = null
let file = ''
let waiting: Work[] = []
let scheduled = false
let stopAsked = false
let shrinking = false

self.onmessage = (message: MessageEvent<ToWriter>) => {
  const asked = message.data
  if ('open' in asked) open(asked.open)
  else if ('stop' in asked) {
    stopAsked = true
    schedule()
  } else {
    waiting = waiting.length === 0 ? asked.work : waiting.concat(asked.work)
    schedule()
  }
}

function open(path: string): void {
  try {
    file = path
    connection = openForWriting(path)
    checkpoints = new Checkpoints(connection.sqlite)
    setInterval(() => careful(shrink), 250).unref()
    last = { ...last, walBytes: walBytes() }
    measure(connection)
    answer({ opened: last })
  } catch (error) {
    answer({ refused: error instanceof Error ? error.message : String(error) })
  }
}

/** A turn of the loop later, so that messages which have arrived meanwhile join the group. */
function schedule(): void {
  if (scheduled) return
  scheduled = true
  setImmediate(work)
}

function work(): void {
  scheduled = false
  if (!connection) return
  if (waiting.length > 0) {
    const group = take()
    const began = performance.now()
    const result = runGroup(connection, changes, group)
    const commitMs = performance.now() - began
    measure(connection)
    answer({ group: result, figures: last, commitMs })
    const isFull = result.outcomes.some((outcome) => 'reason' in outcome && outcome.reason === 'storage-full')
    careful(() => checkpoints?.after(last.walBytes, isFull))
  }
  if (waiting.length > 0) schedule()
  else if (stopAsked) stop()
}

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
