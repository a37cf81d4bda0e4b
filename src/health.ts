// How the server is: what waits in it, what it holds, and what it stands on.

export type Health = {
  version: string
  startedAt: number
  now: number
  /** Why no mail is taken, for the operator; null: it is. */
  shortage: string | null
  /** Whether no damage of the database is known. */
  isWhole: boolean
  /** What waits for each of them. */
  queues: { writer: number; digests: number; reads: number; webhooks: number }
  /** What is open now. */
  open: { smtp: number; http: number; waits: number; streams: number }
  /** Threads that hung or died since the start, and were replaced. */
  threadsReplaced: number
  store: { bytes: number; logBytes: number; maxBytes: number; freeBytes: number; minFreeBytes: number }
  memoryBytes: number
  certificate: { endsAt: number; selfSigned: boolean }
}
