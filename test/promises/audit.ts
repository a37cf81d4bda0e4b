// Looks into the database of a server that has ended: every count agrees with its rows, nothing is without an owner.
import { Database } from 'bun:sqlite'
import { databaseFile } from '../../src/storage/database.ts'

/** What must not be there: each counts rows. */
const wrongs = {
  'mailboxes whose count is not that of their messages': `select count(*) from mailboxes m
    where message_count <> (select count(*) from messages where mailbox_key = m.key)`,
  'mailboxes whose bytes are not those of their messages': `select count(*) from mailboxes m
    where bytes <> (select coalesce(sum(size), 0) from messages where mailbox_key = m.key) + (select coalesce(sum(a.size), 0)
    from added_attachments a join messages on messages.key = a.message_key where mailbox_key = m.key)`,
  'contents whose refs are not their messages': `select count(*) from contents c
    where refs <> (select count(*) from messages where content_key = c.key) +
    (select count(*) from added_attachments where content_key = c.key)`,
  'contents that are kept for nobody': `select count(*) from contents where state = 'kept' and refs = 0`,
  'contents with messages that are not kept': `select count(*) from contents where state <> 'kept' and refs > 0`,
  'kept contents whose pieces are not their size': `select count(*) from contents c where state = 'kept' and size <>
    (select coalesce(sum(length(bytes)), 0) from pieces where key >= c.key * 4096 and key < (c.key + 1) * 4096)`,
  'pieces of no content': `select count(*) from pieces where key / 4096 not in (select key from contents)`,
  'digests of no content': `select count(*) from digests where content_key not in (select key from contents)`,
  'digested contents without a digest': `select count(*) from contents
    where digest <> 'pending' and state = 'kept' and key not in (select content_key from digests)
    and key not in (select content_key from added_attachments)`,
  'attachments of no message': `select count(*) from attachments where message_key not in (select key from messages)`,
  'messages of no mailbox': `select count(*) from messages where mailbox_key not in (select key from mailboxes)`,
  'digested messages that cannot be searched': `select count(*) from messages
    where digested_seq is not null and key not in (select id from message_search_docsize)`,
  'searchable messages that are gone': `select count(*) from message_search_docsize
    where id not in (select key from messages)`,
  'unclaimed mailboxes without a message': `select count(*) from mailboxes where kind = 'unclaimed' and message_count = 0`,
  'messages that two events made': `select count(*) from (select message_id from events
    where type = 'message.stored' group by message_id having count(*) > 1)`,
  'rows that refer to nothing': 'select count(*) from pragma_foreign_key_check',
} as const

/** `swept`: the server had time to sweep, so that nothing is arriving or dropped any more. */
export function wrongsIn(dataDir: string, { swept }: { swept: boolean }): string[] {
  const sqlite = new Database(databaseFile(dataDir))
  const count = (query: string): number => {
    const row = sqlite.query<Record<string, number>, []>(query).get()
    return Object.values(row ?? {})[0] ?? 0
  }
  try {
    const found = Object.entries(wrongs).flatMap(([what, query]) => {
      const rows = count(query)
      return rows > 0 ? [`${rows} ${what}`] : []
    })
    const left = swept ? count(`select count(*) from contents where state <> 'kept'`) : 0
    if (left > 0) found.push(`${left} contents that were left behind`)
    const integrity = sqlite.query<{ integrity_check: string }, []>('pragma integrity_check').all()
    found.push(...integrity.map(({ integrity_check }) => integrity_check).filter((said) => said !== 'ok'))
    sqlite.run("insert into message_search (message_search) values ('integrity-check')")
    return found
  } finally {
    sqlite.close()
  }
}
