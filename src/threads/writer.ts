// The writer thread: the only connection that writes. Takes what waits, commits it as one group, then answers.
import { existsSync, statSync } from 'node:fs'
import { type Connection, openForWriting } from '../storage/database.ts'
import { runGroup, type Work } from '../storage/group.ts'
import { inspectAndMend } from '../storage/inspection.ts'
import type { Figures, FromWriter, ToWriter } from '../storage/writer.ts'
import { changes } from './changes.ts'

declare const self: Worker

const mostChanges = 256
const mostBytes = 4 * 1024 * 1024
/** Free pages given back in one go: about 2 ms. */
const vacuumPages = 200
/** A database up to here is looked through before anything is served: some tens of milliseconds. */
const inspectedAtOnceBytes = 16 * 1024 * 1024

let connection: Connection | null = null
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
    setInterval(shrink, 250).unref()
    const { bytes } = figures(connection)
    const report = bytes <= inspectedAtOnceBytes ? inspectAndMend(connection) : null
    answer({ opened: figures(connection), report })
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
    answer({ group: result, figures: figures(connection), commitMs })
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
  if (typeof input !== 'object' || input === null || !('bytes' in input)) return 0
  return input.bytes instanceof Uint8Array ? input.bytes.byteLength : 0
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

function figures({ sqlite }: Connection): Figures {
  const pages = pragma({ sqlite }, 'page_count') - pragma({ sqlite }, 'freelist_count')
  const wal = `${file}-wal`
  return { bytes: pages * pragma({ sqlite }, 'page_size'), walBytes: existsSync(wal) ? statSync(wal).size : 0 }
}

function pragma({ sqlite }: Pick<Connection, 'sqlite'>, name: string): number {
  return sqlite.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0
}

function stop(): void {
  // A backup that was told to stop still reads for a moment: the next start takes over the log that it holds.
  connection?.sqlite.run('PRAGMA busy_timeout = 100')
  connection?.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  connection?.close()
  connection = null
  answer({ stopped: true })
}

function answer(message: FromWriter): void {
  self.postMessage(message)
}
