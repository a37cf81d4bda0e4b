// What digest and reader threads do: open a connection that reads, then run one job after another, answering each.

import { Refusal } from '../refusal.ts'
import { damageOf } from '../storage/damage.ts'
import { type Connection, openForReading } from '../storage/database.ts'
import type { Jobs, ToWorker } from '../storage/job.ts'
import { ownBuffers } from '../storage/parcel.ts'

declare const self: Worker

/** What takes so long has left much behind. */
const longMs = 50

export function serveJobs(jobs: Jobs): void {
  let connection: Connection | null = null
  let last: Promise<void> = Promise.resolve()

  self.onmessage = (message: MessageEvent<ToWorker>) => {
    const asked = message.data
    if ('open' in asked) {
      connection = openForReading(asked.open)
      return
    }
    // One at a time, in the order they came: the main thread's deadline is the first one's.
    last = last.then(async () => {
      const { id, name, input } = asked
      const began = performance.now()
      try {
        const job = jobs[name]
        if (!job || !connection) throw new Error(`there is no job named ${name}, or no database`)
        answer({ id, done: true, value: await job(connection, input) })
      } catch (error) {
        const refusal = error instanceof Refusal ? error : damageOf(error)
        if (refusal) answer({ id, done: false, refusal: { reason: refusal.reason, details: refusal.details } })
        else
          answer({ id, done: false, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      }
      // Each thread has a heap of its own, which would keep what one large mail left until the next one comes.
      if (performance.now() - began > longMs) Bun.gc(true)
    })
  }
}

/** A FromWorker, its value of whatever type the job has. */
function answer(message: { id: number; done: boolean; value?: unknown; refusal?: object; defect?: string }): void {
  self.postMessage(message, handedOver(message.value))
}

/** Bytes that nobody else has are handed over, not copied. */
function handedOver(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((field) => (field instanceof Uint8Array ? ownBuffers(field) : []))
}
