// Runs a group of changes in one transaction, each whole or not at all, and commits once for all of them.
import type { Database } from 'bun:sqlite'
import { sql } from 'drizzle-orm'
import type { Event } from '../events.ts'
import { type Reason, Refusal, type RefusalDetails } from '../refusal.ts'
import type { Changes, Tx } from './change.ts'
import { damageOf } from './damage.ts'
import { type Connection, type Db, insertedKey, prepared } from './database.ts'
import { diskFailure } from './disk-failure.ts'
import { events } from './schema.ts'
import { untyped } from './untyped.ts'

export type Work = { id: number; name: string; input: never }

export type Outcome =
  | { id: number; done: true; value: never }
  /** `cause`: what the disk said, for the log. */
  | { id: number; done: false; reason: Reason; details: RefusalDetails; cause?: string }
  | { id: number; done: false; defect: string }

export type GroupResult = { outcomes: Outcome[]; events: Event[] }

/**
 * A transaction that did not come to be. `byChange`: for one of its changes, not at its begin or commit. `isFinal`: the disk
 * failed to keep it, and trying again would prove nothing.
 */
type Lost = { cause: unknown; byChange: boolean; isFinal: boolean }

/**
 * Runs and commits a group, at first without savepoints: they cost as much as the changes themselves, and hardly any
 * change fails. One that does takes the transaction back, and the group is run again with a savepoint for each. If the
 * transaction is lost, or finds no room, each change is done again by itself. After a commit that failed otherwise nobody
 * is told that it was done: an fsync that follows a failed one may answer well for pages that never reached the disk.
 */
export function runGroup(connection: Connection, changes: Changes, work: readonly Work[]): GroupResult {
  let whole = attempt(connection, changes, work, bare)
  if ('cause' in whole && whole.byChange && work.length > 1) whole = attempt(connection, changes, work, saved)
  if (!('cause' in whole)) return whole
  const result: GroupResult = { outcomes: [], events: [] }
  let lost = whole
  for (const one of work) {
    const alone = lost.isFinal ? lost : attempt(connection, changes, [one], saved)
    if ('cause' in alone) {
      lost = alone
      result.outcomes.push(failed(one.id, lost.cause))
    } else {
      result.outcomes.push(...alone.outcomes)
      result.events.push(...alone.events)
    }
  }
  return result
}

/** Runs one change; answers its outcome, and throws if nothing of the group can be kept. */
type Step = (sqlite: Database, id: number, change: () => never) => Outcome

const bare: Step = (_sqlite, id, change) => ({ id, done: true, value: change() })

const saved: Step = (sqlite, id, change) => {
  sqlite.query('SAVEPOINT change').run()
  let outcome: Outcome
  try {
    outcome = { id, done: true, value: change() }
  } catch (error) {
    // SQLITE_FULL, IOERR and NOMEM roll back everything: a savepoint now would open a transaction of its own.
    if (!(error instanceof Refusal) && !sqlite.inTransaction) throw error
    sqlite.query('ROLLBACK TO change').run()
    outcome = failed(id, error)
  }
  sqlite.query('RELEASE change').run()
  return outcome
}

/** Lost if the transaction was taken back or lost on the way: then nothing of the group has happened. */
function attempt({ db, sqlite }: Connection, changes: Changes, work: readonly Work[], step: Step): GroupResult | Lost {
  const told: Event[] = []
  let isChanging = false
  try {
    sqlite.query('BEGIN IMMEDIATE').run()
    isChanging = true
    const outcomes = work.map(({ id, name, input }) => {
      const heard: Event[] = []
      const outcome = step(sqlite, id, () => {
        const change = changes[name]
        if (!change) throw new Error(`there is no change named ${name}`)
        return untyped(change(transaction(db, sqlite, heard), input))
      })
      if (outcome.done) told.push(...heard)
      return outcome
    })
    isChanging = false
    sqlite.query('COMMIT').run()
    return { outcomes, events: told }
  } catch (error) {
    if (sqlite.inTransaction) sqlite.query('ROLLBACK').run()
    const isFinal = !isChanging && diskFailure(error)?.reason !== 'storage-full'
    return { cause: error, byChange: isChanging, isFinal }
  }
}

/** What a group answers that may have been committed, but is not known to be on the disk: senders try again. */
export const refusedAll = (work: readonly Work[], cause: string): GroupResult => ({
  outcomes: work.map(({ id }) => ({ id, done: false, reason: 'storage-failed', details: {}, cause })),
  events: [],
})

function failed(id: number, error: unknown): Outcome {
  if (error instanceof Refusal) return { id, done: false, reason: error.reason, details: error.details }
  const damage = damageOf(error)
  if (damage) return { id, done: false, reason: damage.reason, details: damage.details }
  const disk = diskFailure(error)
  if (disk) return { id, done: false, details: {}, ...disk }
  return { id, done: false, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

const insertEvent = prepared((db: Db) =>
  db
    .insert(events)
    .values({
      at: sql.placeholder('at'),
      type: sql.placeholder('type'),
      accountId: sql.placeholder('accountId'),
      mailboxId: sql.placeholder('mailboxId'),
      address: sql.placeholder('address'),
      unclaimed: sql.placeholder('unclaimed'),
      messageId: sql.placeholder('messageId'),
      subjectId: sql.placeholder('subjectId'),
    })
    .prepare(),
)

function transaction(db: Db, sqlite: Database, heard: Event[]): Tx {
  return {
    db,
    sqlite,
    tell: (event) => {
      insertEvent(db).run(event)
      const seq = insertedKey(db)
      heard.push({ seq, ...event })
      return seq
    },
  }
}
