// What a change is: a named, synchronous function that the writer runs in a savepoint, whole or not at all.
import type { Database } from 'bun:sqlite'
import type { Event } from '../events.ts'
import type { Db } from './database.ts'

/** What a change works with. It may throw a Refusal: then nothing of it has happened. */
export type Tx = {
  db: Db
  sqlite: Database
  /** Records an event in the change's transaction; it is told after the commit. Answers its `seq`. */
  tell: (event: Omit<Event, 'seq'>) => number
}

export type Changes = Record<string, (tx: Tx, input: never) => unknown>

/** The queue in front of the one connection that writes, seen from a store. */
export interface Writes<C extends Changes> {
  /** Answers when the change is on the disk; rejects with the Refusal that it threw. */
  run<Name extends keyof C & string>(name: Name, input: Parameters<C[Name]>[1]): Promise<ReturnType<C[Name]>>
}
