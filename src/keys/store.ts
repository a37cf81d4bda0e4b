// Keys in the database: the reads of the main thread, and what the writer thread may do to them.
import { and, asc, count, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { Account, Member } from '../accounts/account.ts'
import { removeMember, sayOfAccount } from '../accounts/changes.ts'
import { asAccount, asMember } from '../accounts/store.ts'
import { scopes as allScopes, type Scope } from '../plans/plan.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx, Writes } from '../storage/change.ts'
import { damaged } from '../storage/damage.ts'
import { type Db, prepared } from '../storage/database.ts'
import { keyCheck, mustBeSound } from '../storage/row-checks.ts'
import { accounts, keys, members } from '../storage/schema.ts'
import { isPrefix, type Key } from './key.ts'

type Row = typeof keys.$inferSelect

/** Refuses: storage-damaged. */
function asKey(row: Row): Key {
  mustBeSound(row, keyCheck(row), `key ${row.key}`)
  const { key: _key, checkValue: _check, hash: _hash, previousHash: _previous, prefix, scopes, ...fields } = row
  if (!isPrefix(prefix)) throw damaged(`the prefix of key ${row.key}`)
  return { ...fields, prefix, scopes: scopes?.filter(isScope) ?? null }
}

const isScope = (text: string): text is Scope => allScopes.some((scope) => scope === text)

/** A key, the account that it is of, and who made it. */
export type Held = { key: Key; account: Account; member: Member | null }

const { placeholder } = sql

const statements = prepared((db: Db) => ({
  byHash: db
    .select({ key: keys, account: accounts, member: members })
    .from(keys)
    .innerJoin(accounts, eq(accounts.id, keys.accountId))
    .leftJoin(members, eq(members.id, keys.memberId))
    .where(eq(keys.hash, placeholder('hash')))
    .prepare(),
  byPreviousHash: db
    .select({ key: keys, account: accounts, member: members })
    .from(keys)
    .innerJoin(accounts, eq(accounts.id, keys.accountId))
    .leftJoin(members, eq(members.id, keys.memberId))
    .where(and(sql`${keys.previousHash} is not null`, eq(keys.previousHash, placeholder('hash'))))
    .prepare(),
  byId: db
    .select()
    .from(keys)
    .where(eq(keys.id, placeholder('id')))
    .prepare(),
}))

export type KeyQuery = { accountId: string | null; memberId: string | null; after: number; limit: number }

export class KeyStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  /** Whose present secret, or the one before (`previous`), has this hash. */
  async byHash(hash: string): Promise<(Held & { previous: boolean }) | null> {
    const present = statements(this.db).byHash.get({ hash })
    const row = present ?? statements(this.db).byPreviousHash.get({ hash })
    const account = row ? asAccount(row.account) : null
    if (!row || !account) return null
    return { key: asKey(row.key), account, member: row.member && asMember(row.member), previous: present === undefined }
  }

  async byId(id: string): Promise<Key | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asKey(row) : null
  }

  /** Oldest first, revoked and expired ones included; of an account or (null) all, of one maker or (null) all. */
  async list({ accountId, memberId, after, limit }: KeyQuery): Promise<(Key & { key: number })[]> {
    const rows = this.db
      .select()
      .from(keys)
      .where(
        and(
          gt(keys.key, after),
          accountId === null ? undefined : eq(keys.accountId, accountId),
          memberId === null ? undefined : eq(keys.memberId, memberId),
        ),
      )
      .orderBy(asc(keys.key))
      .limit(limit)
      .all()
    return rows.map((row) => ({ ...asKey(row), key: row.key }))
  }
}

export type NewKey = Omit<
  Row,
  'key' | 'createdAt' | 'revokedAt' | 'previousHash' | 'previousUntil' | 'lastUsedAt' | 'requests' | 'checkValue'
>
export type KeyPatch = Partial<Pick<Row, 'name' | 'expiresAt' | 'scopes' | 'origins' | 'domains' | 'dialects'>>

/** Refuses: key-unknown, storage-damaged. */
function keyRow(db: Db, accountId: string, id: string): Row {
  const row = db
    .select()
    .from(keys)
    .where(and(eq(keys.id, id), eq(keys.accountId, accountId)))
    .get()
  if (!row) throw new Refusal('key-unknown')
  asKey(row)
  return row
}

function changeKey(db: Db, row: Row, patch: Partial<Omit<Row, 'key'>>): void {
  db.update(keys)
    .set({ ...patch, checkValue: keyCheck({ ...row, ...patch }) })
    .where(eq(keys.key, row.key))
    .run()
}

export function insertKey(tx: Tx, key: NewKey, by: By): void {
  const row = { ...key, createdAt: by.at, revokedAt: null, previousHash: null, previousUntil: null }
  tx.db
    .insert(keys)
    .values({ ...row, lastUsedAt: null, requests: 0, checkValue: keyCheck(row) })
    .run()
  const { accountId, id, name, prefix } = key
  record(tx, by, { accountId, what: 'key.created', target: id, detail: { name, prefix } })
}

function revokeKey(tx: Tx, row: Row, by: By): void {
  if (row.revokedAt !== null) return
  const { accountId, id, name } = row
  changeKey(tx.db, row, { revokedAt: by.at })
  record(tx, by, { accountId, what: 'key.revoked', target: id, detail: { name } })
  sayOfAccount(tx, 'key.revoked', accountId, id, by.at)
}

const batch = 200

export const changes = {
  /** `most`: keys that the account may have at a time, without those that are over. Refuses: quota-exceeded, account-unknown. */
  'keys.create': (tx, { key, most, by }: { key: NewKey; most: number | null; by: By }): void => {
    const { db } = tx
    const account = db.select().from(accounts).where(eq(accounts.id, key.accountId)).get()
    if (!account || !asAccount(account)) throw new Refusal('account-unknown')
    if (most !== null && countActive(db, key.accountId, by.at) >= most) throw new Refusal('quota-exceeded')
    insertKey(tx, key, by)
  },

  /** Refuses: key-unknown, also for one that is revoked; quota-exceeded, where one that was over would be one too many. */
  'keys.change': (
    tx,
    { accountId, id, patch, most, by }: { accountId: string; id: string; patch: KeyPatch; most: number | null; by: By },
  ): void => {
    const row = keyRow(tx.db, accountId, id)
    if (row.revokedAt !== null) throw new Refusal('key-unknown')
    const isRevived = row.expiresAt !== null && row.expiresAt <= by.at && patch.expiresAt !== undefined
    if (isRevived && most !== null && countActive(tx.db, accountId, by.at) >= most) throw new Refusal('quota-exceeded')
    changeKey(tx.db, row, patch)
    record(tx, by, { accountId, what: 'key.changed', target: id, detail: { name: row.name, ...patch } })
    sayOfAccount(tx, 'key.changed', accountId, id, by.at)
  },

  /**
   * The secret before stays good until `overlapUntil`, and is known as an old one after that; the one before it is forgotten.
   * Refuses: key-unknown, also for one that is over.
   */
  'keys.rotate': (
    tx,
    {
      accountId,
      id,
      hash,
      head,
      tail,
      overlapUntil,
      by,
    }: { accountId: string; id: string; hash: string; head: string; tail: string; overlapUntil: number; by: By },
  ): void => {
    const row = keyRow(tx.db, accountId, id)
    if (row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= by.at)) throw new Refusal('key-unknown')
    changeKey(tx.db, row, { hash, head, tail, previousHash: row.hash, previousUntil: overlapUntil })
    record(tx, by, { accountId, what: 'key.rotated', target: id, detail: { name: row.name, overlapUntil } })
    sayOfAccount(tx, 'key.changed', accountId, id, by.at)
  },

  /** For good. Of several, all or none. Refuses: key-unknown. */
  'keys.revoke': (tx, { accountId, ids, by }: { accountId: string; ids: readonly string[]; by: By }): void => {
    for (const id of ids) revokeKey(tx, keyRow(tx.db, accountId, id), by)
  },

  /** Removes a member, and revokes some of the keys that the member made. Refuses: as `removeMember`; key-unknown. */
  'keys.remove-member': (
    tx,
    {
      accountId,
      memberId,
      mayBeAdmin,
      revokeKeys,
      by,
    }: { accountId: string; memberId: string; mayBeAdmin: boolean; revokeKeys: readonly string[]; by: By },
  ): void => {
    const rows = [...new Set(revokeKeys)].map((id) => keyRow(tx.db, accountId, id))
    // Once the member is gone, nobody knows any more whose they were.
    removeMember(tx, { accountId, memberId, mayBeAdmin, by })
    for (const row of rows) {
      if (row.memberId !== memberId) throw new Refusal('key-unknown')
      revokeKey(tx, row, by)
    }
  },

  /** Adds to what keys were used for. */
  'keys.used': ({ db }, { used }: { used: readonly { id: string; requests: number; lastUsedAt: number }[] }): void => {
    for (const { id, requests, lastUsedAt } of used) {
      db.update(keys)
        .set({ requests: sql`${keys.requests} + ${requests}`, lastUsedAt })
        .where(eq(keys.id, id))
        .run()
    }
  },

  /** Forgets keys that were over before `until`, some at a time. Answers whether there is more. */
  'keys.tidy': ({ db }, { until }: { until: number }): boolean => {
    const old = db
      .select({ key: keys.key })
      .from(keys)
      .where(or(lt(keys.revokedAt, until), lt(keys.expiresAt, until)))
      .limit(batch)
      .all()
    if (old.length > 0) {
      const which = old.map(({ key }) => key)
      db.delete(keys).where(inArray(keys.key, which)).run()
    }
    return old.length === batch
  },
} satisfies Changes

const countActive = (db: Db, accountId: string, now: number): number =>
  db
    .select({ n: count() })
    .from(keys)
    .where(
      and(eq(keys.accountId, accountId), isNull(keys.revokedAt), or(isNull(keys.expiresAt), gt(keys.expiresAt, now))),
    )
    .get()?.n ?? 0
