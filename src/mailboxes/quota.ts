// How many mailboxes somebody has, and whether there is room for one more. Asked within the change that makes it.
import { type SQL, sql } from 'drizzle-orm'
import { Refusal, type RefusalDetails } from '../refusal.ts'
import type { Db } from '../storage/database.ts'
import { mailboxes } from '../storage/schema.ts'
import type { MailboxKind } from './mailbox.ts'

/** Whose mailboxes count together: an account's, or those that one address opened without one. */
export type MailboxOwner = { accountId: string } | { opener: string }

/** How many mailboxes somebody may have; null: any number. Open recoverable ones count as archived too. */
export type MailboxQuota = { active: number | null; archived: number | null }

type Owned = { kind: MailboxKind; accountId: string | null; opener: string | null; byMail: boolean }

/** Null for a mailbox that nobody's quota counts: the operator's, and what mail alone made. */
function ownerOf({ kind, accountId, opener, byMail }: Owned): MailboxOwner | null {
  if (byMail) return null
  if (kind === 'owned') return accountId === null ? null : { accountId }
  return kind === 'anonymous' && opener !== null ? { opener } : null
}

const ownedBy = (owner: MailboxOwner): SQL =>
  'accountId' in owner
    ? sql`account_id = ${owner.accountId} and kind = 'owned' and by_mail = 0`
    : sql`opener = ${owner.opener} and state <> 'ended' and kind = 'anonymous'`

const stillOpen = (now: number): SQL => sql`state = 'active' and (expires_at is null or expires_at > ${now})`

/** Up to `most`: beyond, it does not matter how many. */
export function countOpen(db: Db, owner: MailboxOwner, now: number, most = Number.MAX_SAFE_INTEGER): number {
  return countRows(db, sql`${ownedBy(owner)} and ${stillOpen(now)}`, most)
}

/** Likewise. */
export function countArchived(db: Db, owner: MailboxOwner, most = Number.MAX_SAFE_INTEGER): number {
  const archived = countRows(db, sql`${ownedBy(owner)} and state = 'archived'`, most)
  // One that has run out and is not swept yet is in the archive as well as gone.
  return archived + countRows(db, sql`${ownedBy(owner)} and state = 'active' and recoverable = 1`, most - archived)
}

function countRows(db: Db, where: SQL, most: number): number {
  const [counted] = db.all<{ n: number }>(
    sql`select count(*) as n from (select 1 from ${mailboxes} where ${where} limit ${most})`,
  )
  return counted?.n ?? 0
}

/** Refuses: mailboxes-exhausted, where its owner has no room for one more like this. `isMore`: of what it will be one more. */
export function refuseBeyond(
  db: Db,
  mailbox: Owned,
  quota: MailboxQuota | null,
  isMore: { active: boolean; archived: boolean },
  now: number,
): void {
  const owner = ownerOf(mailbox)
  if (!owner || !quota) return
  const { active, archived } = quota
  if (isMore.active && active !== null && countOpen(db, owner, now, active) >= active) {
    throw new Refusal('mailboxes-exhausted', roomAfter(db, owner, active, now))
  }
  if (isMore.archived && archived !== null && countArchived(db, owner, archived) >= archived) {
    throw new Refusal('mailboxes-exhausted')
  }
}

/** When enough of those that are open will have ended for one more; nothing where some have no end. */
function roomAfter(db: Db, owner: MailboxOwner, active: number, now: number): RefusalDetails {
  const before = countOpen(db, owner, now) - active
  const ends = sql`${ownedBy(owner)} and ${stillOpen(now)} and expires_at is not null`
  const [last] = db.all<{ at: number }>(
    sql`select expires_at as at from ${mailboxes} where ${ends} order by expires_at limit 1 offset ${before}`,
  )
  return last ? { retryAfterSeconds: (last.at - now) / 1000 } : {}
}
