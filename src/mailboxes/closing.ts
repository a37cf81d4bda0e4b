// Ending mailboxes, within the changes that do it.
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { mailboxCheck } from '../storage/row-checks.ts'
import { mailboxes, mailboxTokens, quarantine } from '../storage/schema.ts'
import type { Mailbox } from './mailbox.ts'
import { archivedAt, asMailbox, changeable, findActive } from './rows.ts'
import { say } from './telling.ts'

const { placeholder } = sql

/** What ends a mailbox: many of them in one change, while the writer does nothing else. */
const closing = prepared((db: Db) => ({
  setState: db
    .update(mailboxes)
    .set({ state: sql`${placeholder('state')}`, checkValue: sql`${placeholder('checkValue')}` })
    .where(eq(mailboxes.key, placeholder('key')))
    .prepare(),
  forgetTokens: db
    .delete(mailboxTokens)
    .where(eq(mailboxTokens.mailboxKey, placeholder('key')))
    .prepare(),
  hold: db
    .insert(quarantine)
    .values({ address: placeholder('address'), until: placeholder('until'), accountId: placeholder('accountId') })
    .onConflictDoUpdate({
      target: quarantine.address,
      set: { until: sql`${placeholder('until')}`, accountId: sql`${placeholder('accountId')}` },
    })
    .prepare(),
}))

/** Archives it, or ends it: then its address is held until then, unless mail alone made it (`quarantineUntil` null: in no case). */
export function close(
  { db }: Tx,
  { key, address, accountId, byMail }: Mailbox,
  archive: boolean,
  quarantineUntil: number | null,
): void {
  const row = changeable(db, key)
  if (row) {
    const state = archive ? 'archived' : 'ended'
    closing(db).setState.run({ key, state, checkValue: mailboxCheck({ ...row, state }) })
  }
  if (archive) return
  closing(db).forgetTokens.run({ key })
  if (quarantineUntil === null || byMail) return
  closing(db).hold.run({ address, until: quarantineUntil, accountId })
}

/** What is left at an address from before its domain was this account's gives way to what is the account's own. */
export function giveWay(tx: Tx, address: string, accountId: string, now: number): void {
  const there = findActive(tx.db, address)
  for (const mailbox of [there, ...archivedAt(tx.db, address).map(asMailbox)]) {
    if (!mailbox || mailbox.kind === 'unclaimed' || mailbox.accountId === accountId) continue
    close(tx, mailbox, false, null)
    say(tx, 'mailbox.deleted', mailbox, null, now)
  }
  tx.db.run(sql`delete from ${quarantine} where address = ${address} and account_id is not ${accountId}`)
}
