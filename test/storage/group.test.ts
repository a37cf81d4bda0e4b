import { describe, expect, spyOn, test } from 'bun:test'
import { Refusal } from '../../src/refusal.ts'
import type { Changes } from '../../src/storage/change.ts'
import { openForWriting } from '../../src/storage/database.ts'
import { runGroup, type Work } from '../../src/storage/group.ts'
import { untyped } from '../../src/storage/untyped.ts'

const changes: Changes = {
  add: ({ sqlite }, { at }: { at: string }) => {
    sqlite.run('insert into quarantine (address, until) values (?, 0)', [at])
    return at
  },
  'add and refuse': ({ sqlite }, { at }: { at: string }) => {
    sqlite.run('insert into quarantine (address, until) values (?, 0)', [at])
    throw new Refusal('mailbox-taken')
  },
  'add and fail': ({ sqlite }, { at }: { at: string }) => {
    sqlite.run('insert into quarantine (address, until) values (?, 0)', [at])
    throw new Error('a defect')
  },
  'lose the transaction': ({ sqlite }) => {
    // What SQLite does by itself at SQLITE_FULL, IOERR and NOMEM.
    sqlite.run('ROLLBACK')
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  },
  tell: (tx) =>
    tx.tell({
      at: 1,
      type: 'mailbox.opened',
      accountId: null,
      mailboxId: 'm',
      address: 'a',
      unclaimed: false,
      messageId: null,
      subjectId: null,
    }),
  'tell and refuse': (tx) => {
    tx.tell({
      at: 1,
      type: 'mailbox.opened',
      accountId: null,
      mailboxId: 'm',
      address: 'a',
      unclaimed: false,
      messageId: null,
      subjectId: null,
    })
    throw new Refusal('mailbox-taken')
  },
}

function run(...names: (keyof typeof changes)[]) {
  const connection = openForWriting(':memory:')
  const work: Work[] = names.map((name, id) => ({ id, name: String(name), input: untyped({ at: `${id}` }) }))
  const result = runGroup(connection, changes, work)
  const rows = connection.sqlite.query<{ address: string }, []>('select address from quarantine order by address').all()
  return {
    outcomes: result.outcomes.map((one) => (one.done ? 'done' : 'reason' in one ? one.reason : 'defect')),
    ids: result.outcomes.map(({ id }) => id),
    rows: rows.map(({ address }) => address),
    events: result.events.map(({ seq }) => seq),
    open: connection.sqlite.inTransaction,
  }
}

describe('a group of changes', () => {
  test('is committed once, and each change has its own answer', () => {
    expect(run('add', 'add', 'add')).toMatchObject({
      outcomes: ['done', 'done', 'done'],
      rows: ['0', '1', '2'],
      open: false,
    })
  })

  test('keeps the others when one refuses: nothing of that one has happened', () => {
    expect(run('add', 'add and refuse', 'add')).toMatchObject({
      outcomes: ['done', 'mailbox-taken', 'done'],
      rows: ['0', '2'],
      open: false,
    })
  })

  test('keeps the others when one has a defect', () => {
    expect(run('add', 'add and fail', 'add')).toMatchObject({
      outcomes: ['done', 'defect', 'done'],
      rows: ['0', '2'],
      open: false,
    })
  })

  test('is done again, one by one, when its transaction is lost', () => {
    expect(run('add', 'lose the transaction', 'add')).toMatchObject({
      outcomes: ['done', 'storage-full', 'done'],
      ids: [0, 1, 2],
      rows: ['0', '2'],
      open: false,
    })
  })

  test.each([
    ['an fsync that fails', 'SQLITE_IOERR_FSYNC', ['storage-failed', 'storage-failed'], 1],
    ['a disk that is full', 'SQLITE_FULL', ['storage-full', 'storage-full'], 3],
  ])('with %s at its commit: nobody is told that it was done', (_, code, answers, commits) => {
    const connection = openForWriting(':memory:')
    const real = connection.sqlite.query.bind(connection.sqlite)
    let tried = 0
    spyOn(connection.sqlite, 'query').mockImplementation((text: string) => {
      if (text !== 'COMMIT') return real(text)
      tried++
      throw Object.assign(new Error('the disk'), { code })
    })
    const work: Work[] = [0, 1].map((id) => ({ id, name: 'add', input: untyped({ at: `${id}` }) }))
    const { outcomes, events } = runGroup(connection, changes, work)
    expect(outcomes.map((one) => ('reason' in one ? `${one.reason}` : ''))).toEqual(answers)
    expect(outcomes.every((one) => 'cause' in one && one.cause === `the disk (${code})`)).toBe(true)
    expect(events).toEqual([])
    // An I/O error is final; where there was no room for all of them there may be for each.
    expect(tried).toBe(commits)
    expect(connection.sqlite.inTransaction).toBe(false)
    expect(real('select * from quarantine').all()).toEqual([])
  })

  test('tells only the events of changes that happened', () => {
    const { events, outcomes } = run('tell', 'tell and refuse', 'tell')
    expect(outcomes).toEqual(['done', 'mailbox-taken', 'done'])
    expect(events).toHaveLength(2)
  })

  test('answers a change that there is none of with a defect', () => {
    expect(run('no such change', 'add')).toMatchObject({ outcomes: ['defect', 'done'], rows: ['1'] })
  })
})
