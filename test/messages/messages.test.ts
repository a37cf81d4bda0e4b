import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { nobody } from '../../src/accounts/caller.ts'
import type { Message } from '../../src/messages/message.ts'
import type { StreamItem } from '../../src/messages/streams.ts'
import { type Reason, Refusal } from '../../src/refusal.ts'
import { deliver, mail, openAnonymous, type TestCore, testConfig, testCore } from '../core.ts'

const to = 'box@mayfly.test'
const second = 1000

const reasonOf = async (work: Promise<unknown>): Promise<Reason | null> => {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
}

const list = (core: TestCore, more = {}) => core.messages.list(nobody, to, { limit: 25, ...more })
const subjects = (items: Message[]) => items.map(({ subject }) => subject)
/** Until nothing waits for its digest. */
async function digested(core: TestCore): Promise<void> {
  while (core.digesting.waiting > 0) await Bun.sleep(1)
}

const send = (core: TestCore, subject: string, body = 'text', address = to) =>
  deliver(core, address, mail({ From: 'Ann <ann@Sender.test>', To: `Box <${to}>`, Subject: subject }, body))

describe('a list', () => {
  test('is newest first, in pages, without one twice or lost', async () => {
    const core = testCore()
    for (let n = 1; n <= 7; n++) await send(core, `${n}`)
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await list(core, { limit: 3, cursor })
      seen.push(...subjects(page.items))
      if (page.next === null) break
      cursor = page.next
    }
    expect(seen).toEqual(['7', '6', '5', '4', '3', '2', '1'])
  })

  test('shows the stored headers before there is a digest', async () => {
    const core = testCore()
    await send(core, '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=')
    expect((await list(core)).items[0]).toMatchObject({
      from: { name: 'Ann', address: 'ann@sender.test' },
      to: [{ name: 'Box', address: to }],
      subject: 'Grüße',
      seen: false,
    })
  })

  test('of a mail without From and To shows the envelope', async () => {
    const core = testCore()
    await deliver(core, 'box+x@mayfly.test', 'Subject: bare\r\n\r\n', { from: 'envelope@sender.test' })
    expect((await list(core)).items[0]).toMatchObject({
      from: { address: 'envelope@sender.test' },
      to: [{ address: 'box+x@mayfly.test' }],
    })
  })

  test('since a moment has what came then or later', async () => {
    const core = testCore()
    await send(core, 'early')
    core.clock.now += 5 * second
    await send(core, 'late')
    expect(subjects((await list(core, { since: core.clock.now })).items)).toEqual(['late'])
  })

  test.each([[''], ['x'], ['bGFiYw=='], ['d1o'], ['bC0x'], ['🪰'], ['a'.repeat(500)]])(
    'with the made-up cursor %j is refused',
    async (cursor) => {
      expect(await reasonOf(list(testCore(), { cursor }))).toBe('invalid-cursor')
    },
  )
})

describe('a search', () => {
  const found = async (core: TestCore, q: string) => {
    await digested(core)
    return subjects((await list(core, { q })).items).sort()
  }

  test('finds words of subject, sender, recipients and text, the last one begun only', async () => {
    const core = testCore()
    await send(core, 'Quarterly report', 'The numbers are in the cellar.')
    await send(core, 'Lunch', 'Meet me at the café.')
    expect(await found(core, 'report')).toEqual(['Quarterly report'])
    expect(await found(core, 'QUARTERLY num')).toEqual(['Quarterly report'])
    expect(await found(core, 'cafe')).toEqual(['Lunch'])
    expect(await found(core, 'ann@sender.test lunch')).toEqual(['Lunch'])
    expect(await found(core, 'quart lunch')).toEqual([])
  })

  test('takes one letter at the end for a word: the index knows begins of two letters or more', async () => {
    const core = testCore()
    await send(core, 'Plan B', 'of bees')
    await send(core, 'Plan bees', 'none other')
    expect(await found(core, 'plan b')).toEqual(['Plan B'])
    expect(await found(core, 'plan be')).toEqual(['Plan B', 'Plan bees'])
  })

  test('takes the words as words, whatever FTS5 would make of them', async () => {
    const core = testCore()
    await send(core, 'one AND two', 'a "quoted" thing')
    for (const q of [
      'AND',
      '"quoted',
      'one NOT two',
      'subject:one',
      '*',
      '"',
      '(',
      'NEAR(one two)',
      "'; drop table messages; --",
      '^one',
      'a\u0000b',
      '-',
      '{x}:y',
    ]) {
      expect(await reasonOf(list(core, { q }))).toBeNull()
    }
    expect(await found(core, 'one AND')).toEqual(['one AND two'])
    expect(await found(core, '"quoted')).toEqual(['one AND two'])
    expect(await found(core, 'subject:one')).toEqual([])
  })

  test('looks at its own mailbox alone', async () => {
    const core = testCore()
    await send(core, 'mine', 'secret')
    await send(core, 'other', 'secret', 'other@mayfly.test')
    expect(await found(core, 'secret')).toEqual(['mine'])
    expect(await found(core, 'm1')).toEqual([])
  })

  test('finds nothing that was deleted or has run out', async () => {
    const core = testCore()
    await send(core, 'old')
    core.clock.now += 3600 * second
    expect(await found(core, 'old')).toEqual([])
    await digested(core)
    while (await core.messages.sweep());
    core.clock.now -= 3600 * second
    expect(await found(core, 'old')).toEqual([])
  })
})

describe('a message', () => {
  test('has what its digest tells, made when it is read', async () => {
    const core = testCore()
    const [id = ''] = await send(core, 'Sign in', 'Your code is 482913.\r\nhttps://x.test/verify?token=1')
    const message = await core.messages.get(nobody, id)
    expect(message).toMatchObject({ digest: 'ready', codes: ['482913'], attachments: [] })
    expect(message.links).toEqual([{ url: 'https://x.test/verify?token=1', text: 'https://x.test/verify?token=1' }])
    expect(message.text).toContain('482913')
    expect(message.headers.map(({ name }) => name)).toEqual(['From', 'To', 'Subject'])
  })

  test.each([[0], [1], [1000], [1024 * 1024 - 1], [1024 * 1024], [1024 * 1024 + 1], [3 * 1024 * 1024 + 7]])(
    'of %d bytes comes back byte for byte',
    async (size) => {
      const core = testCore()
      const bytes = new Uint8Array(size).map((_, at) => (at * 7919) % 251)
      const [id = ''] = await deliver(core, to, bytes)
      const raw = await core.messages.raw(nobody, id, { trace: false })
      const back = Buffer.concat([...raw.pieces])
      expect(raw.size).toBe(size)
      expect(createHash('sha256').update(back).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    },
  )

  test('with its trace has our Return-Path and Received before the bytes', async () => {
    const core = testCore()
    const [id = ''] = await send(core, 'x')
    const { pieces, size } = await core.messages.raw(nobody, id, { trace: true })
    const text = Buffer.concat([...pieces]).toString()
    expect(text).toStartWith(`Return-Path: <sender@example.test>\r\nReceived: by test; id ${id}\r\nFrom: Ann`)
    expect(size).toBe(text.length)
  })

  test('deleted while its bytes are read breaks the answer', async () => {
    const core = testCore()
    const { token } = await openAnonymous(core, { localPart: 'box' })
    const caller = await core.mailboxes.holder(token)
    const [id = ''] = await deliver(core, to, new Uint8Array(3 * 1024 * 1024))
    const pieces = (await core.messages.raw(caller, id, { trace: false })).pieces[Symbol.iterator]()
    pieces.next()
    await core.messages.delete(caller, id)
    while (await core.messages.sweep());
    expect(() => pieces.next()).toThrow(Refusal)
  })

  test('is marked, and its deletion leaves the mailbox with right counts', async () => {
    const core = testCore()
    const { mailbox, token } = await openAnonymous(core, { localPart: 'box' })
    const caller = await core.mailboxes.holder(token)
    const [id = ''] = await send(core, 'x')
    await digested(core)
    expect((await core.messages.mark(caller, id, { seen: true })).seen).toBe(true)
    await core.messages.delete(caller, id)
    expect(await reasonOf(core.messages.get(caller, id))).toBe('message-unknown')
    expect((await core.mailboxes.see(caller, mailbox.id)).mailbox).toMatchObject({ messageCount: 0, bytes: 0 })
    expect(core.told.map(({ type }) => type)).toEqual([
      'mailbox.opened',
      'message.stored',
      'message.digested',
      'message.changed',
      'message.deleted',
    ])
  })

  test('that cannot be read apart keeps its headers, its source and a note', async () => {
    const core = testCore()
    const [id = ''] = await send(core, 'broken')
    await core.messages.get(nobody, id)
    const message = await core.messages.get(nobody, id)
    await digested(core)
    core.connection.sqlite.run("update contents set digest = 'pending', check_value = null")
    core.connection.sqlite.run('update messages set digested_seq = null, check_value = null')
    core.connection.sqlite.run('delete from message_search')
    await core.digesting.now({ contentKey: message.contentKey, size: 1, tries: 99 })
    const shown = await core.messages.get(nobody, id)
    expect(shown).toMatchObject({ subject: 'broken', digest: 'failed', text: null })
    expect(shown.headers.map(({ name }) => name)).toEqual(['From', 'To', 'Subject'])
    expect(subjects((await list(core, { q: 'broken ann' })).items)).toEqual(['broken'])
    expect(shown.notes).toHaveLength(1)
    expect(Buffer.concat([...(await core.messages.raw(nobody, id, { trace: false })).pieces]).toString()).toContain(
      'broken',
    )
  })
})

describe('a wait', () => {
  const wish = { timeoutMs: 5000, has: [], count: 1, expectNone: false, signal: new AbortController().signal } as const
  const wait = (core: TestCore, more = {}, name = to) => core.waits.wait(nobody, name, { ...wish, ...more })

  test('answers with what is there, else with what comes', async () => {
    const core = testCore()
    await send(core, 'first')
    const first = await wait(core)
    const waiting = wait(core, { after: first.cursor })
    await send(core, 'second')
    expect(subjects(first.messages)).toEqual(['first'])
    expect(subjects((await waiting).messages)).toEqual(['second'])
    expect(core.waits.count).toBe(0)
  })

  test('loses no mail between two calls, however many come at once', async () => {
    const core = testCore()
    const seen: string[] = []
    const reading = (async () => {
      let after: string | undefined
      while (seen.length < 60) {
        const { messages, cursor } = await wait(core, { after })
        seen.push(...subjects(messages))
        after = cursor
      }
    })()
    for (let n = 0; n < 60; n++) await send(core, `${n}`)
    await reading
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 60 }, (_, n) => `${n}`))
  })

  test('matches sender, subject, text, and what it has, in any case', async () => {
    const core = testCore()
    await send(core, 'Newsletter', 'nothing')
    await send(core, 'Your Code', 'Your verification code is 991122')
    const one = async (more: object) => subjects((await wait(core, { timeoutMs: 0, ...more })).messages)
    expect(await one({ has: ['code'] })).toEqual(['Your Code'])
    expect(await one({ subject: 'newsLETTER' })).toEqual(['Newsletter'])
    expect(await one({ text: 'VERIFICATION' })).toEqual(['Your Code'])
    expect(await one({ from: 'ANN', has: ['code'] })).toEqual(['Your Code'])
    expect(await one({ has: ['code', 'attachment'] })).toEqual([])
  })

  test('for several answers when all are there', async () => {
    const core = testCore()
    const waiting = wait(core, { count: 3 })
    for (const subject of ['a', 'b', 'c', 'd']) await send(core, subject)
    expect((await waiting).messages).toHaveLength(3)
  })

  test('that nothing answers ends where it began, so that the next one loses nothing', async () => {
    const core = testCore()
    await send(core, 'other')
    const { kind, cursor, messages } = await wait(core, { timeoutMs: 5, subject: 'awaited' })
    expect({ kind, messages }).toEqual({ kind: 'not-arrived', messages: [] })
    expect(subjects((await wait(core, { after: cursor, subject: 'other' })).messages)).toEqual(['other'])
  })

  test('for nothing is content after its time, and broken by the first that comes', async () => {
    const core = testCore()
    expect((await wait(core, { timeoutMs: 5, expectNone: true })).kind).toBe('none-came')
    const waiting = wait(core, { expectNone: true })
    await send(core, 'surprise')
    expect(await waiting).toMatchObject({ kind: 'unexpected', messages: [{ subject: 'surprise' }] })
  })

  test('on a free address ends when somebody claims it, and shows nothing of his', async () => {
    const core = testCore()
    const waiting = reasonOf(wait(core))
    await Bun.sleep(1)
    await openAnonymous(core, { localPart: 'box' })
    await send(core, 'private')
    expect(await waiting).toBe('credential-missing')
  })

  test('that ends while what was there is still being read is refused, and nothing else happens', async () => {
    const core = testCore()
    const slow = Promise.withResolvers<void>()
    await send(core, 'slow')
    core.messages.digestAll = () => slow.promise
    const waiting = reasonOf(wait(core, { subject: 'never' }))
    await Bun.sleep(1)
    await openAnonymous(core, { localPart: 'box' })
    await Bun.sleep(1)
    slow.resolve()
    expect(await waiting).toBe('credential-missing')
  })

  test('is answered by one that is ready, however long others take to be read', async () => {
    const core = testCore()
    await send(core, 'ready')
    await digested(core)
    core.messages.digestAll = () => new Promise(() => {})
    expect(subjects((await wait(core)).messages)).toEqual(['ready'])
  })

  test('in a mailbox ends when the mailbox does', async () => {
    const core = testCore()
    const { mailbox, token } = await openAnonymous(core, { localPart: 'box' })
    const caller = await core.mailboxes.holder(token)
    const waiting = reasonOf(core.waits.wait(caller, mailbox.id, wish))
    await Bun.sleep(1)
    await core.mailboxes.end(caller, mailbox.id, { permanent: true })
    expect(await waiting).toBe('mailbox-unknown')
  })

  test('through a tag sees only mail to that very address', async () => {
    const core = testCore()
    const waiting = wait(core, {}, 'box+b@mayfly.test')
    await send(core, 'a', 'text', 'box+a@mayfly.test')
    await send(core, 'b', 'text', 'box+b@mayfly.test')
    expect(subjects((await waiting).messages)).toEqual(['b'])
  })

  test('ends when its caller goes away', async () => {
    const core = testCore()
    const leaving = new AbortController()
    const waiting = wait(core, { signal: leaving.signal })
    leaving.abort()
    expect((await waiting).kind).toBe('not-arrived')
  })

  test('with a cursor from the future is refused', async () => {
    const core = testCore()
    expect(await reasonOf(wait(core, { after: core.cursors.text('wait', to, 99) }))).toBe('invalid-cursor')
  })

  test('is held for thousands at once, each answered', async () => {
    const core = testCore()
    const waiting = Array.from({ length: 3000 }, () => wait(core, { timeoutMs: 60_000 }))
    await Bun.sleep(1)
    await send(core, 'for all')
    expect((await Promise.all(waiting)).every(({ kind }) => kind === 'arrived')).toBe(true)
  })
})

describe("a mail for an address that is nobody's", () => {
  test('is stored though the mailbox of RCPT was swept away, or another is there now', async () => {
    const core = testCore()
    await send(core, 'old')
    const recipients = [await core.mailboxes.accepting(to, { trusted: true, size: 0 })]
    core.clock.now += 3600 * second
    while (await core.messages.sweep());
    const store = async (subject: string) => {
      const arrival = core.messages.arrive({ from: '', recipients, trace: () => '' })
      await arrival.write(new TextEncoder().encode(mail({ Subject: subject }, 'x')))
      return arrival.commit()
    }
    expect((await store('first')).messageIds).toHaveLength(1)
    expect((await store('second')).messageIds).toHaveLength(1)
    expect(subjects((await list(core)).items)).toEqual(['second', 'first'])
  })

  test('is kept for its time from the moment it came, however long it took', async () => {
    const core = testCore()
    const recipients = [await core.mailboxes.accepting(to, { trusted: true, size: 0 })]
    core.clock.now += 600 * second
    const arrival = core.messages.arrive({ from: '', recipients, trace: () => '' })
    await arrival.commit()
    const [message] = (await list(core)).items
    expect(message?.expiresAt).toBe(core.clock.now + 3600 * second)
  })

  test('is refused, and leaves nothing, when the store fills while it comes', async () => {
    const core = testCore()
    const recipients = [await core.mailboxes.accepting(to, { trusted: true, size: 0 })]
    const arrival = core.messages.arrive({ from: '', recipients, trace: () => '' })
    await arrival.write(new Uint8Array(2 * 1024 * 1024))
    core.room.shortage = 'full'
    expect(await reasonOf(arrival.write(new Uint8Array(2 * 1024 * 1024)))).toBe('storage-full')
    expect(await reasonOf(arrival.commit())).toBe('storage-full')
    await arrival.abort()
    while (await core.messages.sweep());
    expect(core.gathered.held).toBe(0)
    expect(core.connection.sqlite.query('select key from pieces').all()).toEqual([])
  })
})

describe('the search index', () => {
  test('gives its space back in steps when much was deleted, and finds what is left', async () => {
    const core = testCore()
    for (let n = 0; n < 1200; n++) await send(core, `number${n}`, `word${n} and more`, n < 20 ? 'kept@mayfly.test' : to)
    await digested(core)
    const { token } = await openAnonymous(core, { localPart: 'kept' })
    const caller = await core.mailboxes.holder(token)
    const size = () =>
      core.connection.sqlite.query<{ n: number }, []>('select sum(length(block)) as n from message_search_data').get()
        ?.n ?? 0
    core.connection.sqlite.run(
      "update messages set retain_until = null, check_value = null where address = 'kept@mayfly.test'",
    )
    core.clock.now += 3600 * second - 1
    while (await core.messages.sweep());
    expect(await core.messages.tidy()).toBe(false)
    const before = size()
    core.clock.now += 1
    while (await core.messages.sweep());
    let steps = 0
    while (await core.messages.tidy()) steps++
    expect(steps).toBeGreaterThan(0)
    expect(size()).toBeLessThan(before / 4)
    core.connection.sqlite.run("update mailboxes set expires_at = null, check_value = null where local_part = 'kept'")
    const { items } = await core.messages.list(caller, 'kept@mayfly.test', { limit: 100, q: 'word7' })
    expect(subjects(items)).toEqual(['number7'])
  })
})

describe('a stream', () => {
  const follow = async (core: TestCore, lastSeq: number | null, name = to, ready = async () => {}) => {
    const items: string[] = []
    const take = (item: StreamItem) => {
      items.push(item.type === 'event' ? `${item.event.type} ${item.message?.subject ?? '-'}` : item.type)
    }
    const stop = await core.streams.follow([{ caller: nobody, mailbox: name }], lastSeq, { take, ready, end: () => {} })
    return { items, stop }
  }

  test('tells what happens from now on', async () => {
    const core = testCore()
    await send(core, 'before')
    await digested(core)
    const { items, stop } = await follow(core, null)
    await send(core, 'after')
    await digested(core)
    await Bun.sleep(1)
    expect(items).toEqual(['message.stored after', 'message.digested after'])
    stop()
    expect(core.streams.count).toBe(0)
  })

  test('tells first what was missed, each once and in order', async () => {
    const core = testCore()
    await send(core, 'one')
    const at = core.told.at(0)?.seq ?? 0
    await send(core, 'two')
    const { items, stop } = await follow(core, at)
    await send(core, 'three')
    await digested(core)
    await Bun.sleep(1)
    expect(items.filter((item) => item.startsWith('message.stored'))).toEqual([
      'message.stored two',
      'message.stored three',
    ])
    stop()
  })

  test('tells what was missed no faster than there is room for it, and loses nothing that happens meanwhile', async () => {
    const core = testCore()
    for (let n = 0; n < 300; n++) await send(core, `missed ${n}`)
    const room = Promise.withResolvers<void>()
    let asked = 0
    const { items, stop } = await follow(core, 0, to, async () => {
      if (++asked > 5) await room.promise
    })
    await Bun.sleep(20)
    expect(items).toHaveLength(5)
    await send(core, 'meanwhile')
    await Bun.sleep(20)
    expect(items).toHaveLength(5)
    room.resolve()
    for (let n = 0; n < 500 && !items.includes('message.stored meanwhile'); n++) await Bun.sleep(10)
    await send(core, 'after')
    for (let n = 0; n < 500 && !items.includes('message.stored after'); n++) await Bun.sleep(10)
    expect(items.filter((item) => item.startsWith('message.stored'))).toEqual([
      ...Array.from({ length: 300 }, (_, n) => `message.stored missed ${n}`),
      'message.stored meanwhile',
      'message.stored after',
    ])
    stop()
    expect(core.streams.count).toBe(0)
  })

  test('through a tag tells only of mail to that very address', async () => {
    const core = testCore()
    const { items, stop } = await follow(core, null, 'box+b@mayfly.test')
    await send(core, 'a', 'text', 'box+a@mayfly.test')
    await send(core, 'b', 'text', 'box+b@mayfly.test')
    await digested(core)
    await Bun.sleep(1)
    expect(items).toEqual(['message.stored b', 'message.digested b'])
    stop()
  })

  test('that comes back too late is told to begin anew', async () => {
    const core = testCore({ config: testConfig() })
    await send(core, 'one')
    await send(core, 'two')
    await digested(core)
    core.clock.now += 25 * 3600 * second
    await core.eventLog.trim(core.clock.now - 24 * 3600 * second)
    const { items, stop } = await follow(core, 1)
    await Bun.sleep(1)
    expect(items).toEqual(['reset'])
    stop()
  })
})
