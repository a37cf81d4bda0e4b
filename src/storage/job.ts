// What a job is: a named function that a digest or reader thread runs beside the main thread, with a deadline.
import type { Connection } from './database.ts'

export type Jobs = Record<string, (connection: Connection, input: never) => unknown>

/** Where a feature sends its slow work. */
export interface Workers<J extends Jobs> {
  /**
   * Refuses with what the job refuses, and `took-too-long` past the deadline (its thread is then replaced).
   * Any other failure of the job, also the death of its thread, rejects with a JobFailed.
   */
  run<Name extends keyof J & string>(
    name: Name,
    input: Parameters<J[Name]>[1],
    options?: RunOptions,
  ): Promise<Awaited<ReturnType<J[Name]>>>
}

export type RunOptions = {
  /** Ahead of what waits. */
  urgent?: boolean
  /** Milliseconds; else the threads' own. */
  deadline?: number
  /** May take long: it is given to a thread that has nothing else to do, and nothing is given to that one behind it. */
  heavy?: boolean
  /** Will take long: it goes to a thread beside the others, so that it holds up none of them. */
  apart?: boolean
}

/** A job that ended with a defect, or whose thread died of it. */
export class JobFailed extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'JobFailed'
  }
}

/** What the main thread tells a worker thread, and what it answers: jobs are answered in the order they came. */
export type ToWorker = { open: string } | { id: number; name: string; input: never }
export type FromWorker =
  | { id: number; done: true; value: never }
  | { id: number; done: false; refusal: { reason: never; details: never } }
  | { id: number; done: false; defect: string }
