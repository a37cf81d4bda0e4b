// Who did what, when and from where: a row beside each change that members, admins and the command line make.
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Tx } from './change.ts'
import { type Db, statementsOf } from './database.ts'
import { auditCheck, mustBeSound } from './row-checks.ts'
import { audit } from './schema.ts'

/** `link`: whoever had a one-time link; `stranger`: whoever tried to sign in, or to use a link that was refused. */
export type Actor = {
  by: 'member' | 'key' | 'command' | 'link' | 'server' | 'stranger'
  /** An e-mail address, or a key's name. */
  actor: string
  actorId: string | null
  /** The client's IP address; "" for the command line. */
  client: string
}

export type Deed = Actor & {
  at: number
  /** Whose it concerns; null: the server's. */
  accountId: string | null
  what: string
  /** The id or name of what it was done to. */
  target: string
  /** Never a secret. */
  detail: Record<string, unknown>
}

/** What a change is told of it; the rest it knows itself. */
export type By = Actor & { at: number }

/** Adds a deed, in the transaction of the change that it is. */
export function record(
  { db }: Tx,
  by: By,
  {
    accountId,
    what,
    target,
    detail = {},
  }: { accountId: string | null; what: string; target: string; detail?: Deed['detail'] },
): void {
  add(db, { ...by, accountId, what, target, detail })
}

/** Adds deeds that no other change records. */
export function recordAll({ db }: Tx, deeds: readonly Deed[]): void {
  for (const deed of deeds) add(db, deed)
}

function add(db: Db, deed: Deed): void {
  db.insert(audit)
    .values({ ...deed, checkValue: auditCheck(deed) })
    .run()
}

export type DeedRow = Deed & { key: number }

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  newest: () =>
    db
      .select()
      .from(audit)
      .where(lt(audit.key, placeholder('before')))
      .orderBy(desc(audit.key))
      .limit(placeholder('limit'))
      .prepare(),
  newestOf: () =>
    db
      .select()
      .from(audit)
      .where(and(eq(audit.accountId, placeholder('accountId')), lt(audit.key, placeholder('before'))))
      .orderBy(desc(audit.key))
      .limit(placeholder('limit'))
      .prepare(),
}))

/** Newest first, of one account or (null) all. Refuses: storage-damaged. */
export function deeds(db: Db, accountId: string | null, before: number, limit: number): DeedRow[] {
  const rows =
    accountId === null
      ? statements(db).newest.all({ before, limit })
      : statements(db).newestOf.all({ accountId, before, limit })
  return rows.map(sound)
}

/** Newest first. Refuses: storage-damaged. */
export const deedsByKeys = (db: Db, keys: readonly number[]): DeedRow[] =>
  db
    .select()
    .from(audit)
    .where(inArray(audit.key, [...keys]))
    .orderBy(desc(audit.key))
    .all()
    .map(sound)

function sound({ checkValue, ...row }: typeof audit.$inferSelect): DeedRow {
  mustBeSound({ checkValue }, auditCheck(row), `entry ${row.key} of the audit trail`)
  return row
}
