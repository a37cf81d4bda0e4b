import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { nobody } from '../../src/accounts/caller.ts'
import { deliver, mail, openAnonymous, type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'

const minute = 60_000
const hello = mail({ From: 'a@b.test', Subject: 'Hello' }, 'Hi')

const open = (core: TestCore, localPart: string, more = {}) => openAnonymous(core, { localPart, ...more })
const accepting = (core: TestCore, to: string, trusted = true, size = 0) =>
  core.mailboxes.accepting(to, { trusted, size })

describe('opening a mailbox', () => {
  test('without a wish gives a name that reads aloud, on the primary domain, for the default time', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_DOMAINS: 'one.test,two.test' }) })
    const { mailbox, token } = await openAnonymous(core, {})
    expect(mailbox.address).toMatch(/^[a-z]+-[a-z]+-\d{4}@one\.test$/)
    expect(mailbox.expiresAt).toBe(core.clock.now + 60 * minute)
    expect(token).toMatch(/^mbx_[0-9A-Za-z]{40}$/)
    expect(await core.mailboxes.holder(token)).toEqual({ kind: 'mailbox', mailboxId: mailbox.id, operator: false })
  })

  test('keeps no token, only its hash', async () => {
    const core = testCore()
    const { token } = await open(core, 'secret')
    const bytes = core.connection.sqlite.serialize()
    expect(Buffer.from(bytes).includes(token)).toBe(false)
    expect(Buffer.from(bytes).includes(token.slice(4))).toBe(false)
  })

  test.each([
    ['postmaster'],
    ['abuse'],
    ['admin'],
    ['administrator'],
    ['root'],
    ['mailer-daemon'],
    ['noreply'],
    ['no-reply'],
    ['hostmaster'],
    ['Admin'],
  ])('at the reserved local part %s is refused', async (localPart) => {
    expect(await reasonOf(open(testCore(), localPart))).toBe('invalid-request')
  })

  test.each([['a+b'], [''], ['a b'], ['.a'], ['x'.repeat(65)], ['a@b']])('at %j is refused', async (localPart) => {
    expect(await reasonOf(open(testCore(), localPart))).toBe('invalid-request')
  })

  test('at a domain that is not served is refused', async () => {
    expect(await reasonOf(open(testCore(), 'a', { domain: 'elsewhere.test' }))).toBe('domain-unserved')
  })

  test('for longer than the plan allows, or without an end, is refused', async () => {
    const core = testCore()
    expect(await reasonOf(open(core, 'a', { ttlMinutes: 1441 }))).toBe('invalid-request')
    expect(await reasonOf(open(core, 'a', { ttlMinutes: null }))).toBe('not-in-plan')
    expect(await reasonOf(open(core, 'a', { ttlMinutes: 1440 }))).toBe('no refusal')
  })

  test('twice at one address is refused, in any case of letters', async () => {
    const core = testCore()
    await open(core, 'twice')
    expect(await reasonOf(open(core, 'TWICE'))).toBe('mailbox-taken')
  })

  test('is refused where anonymous mailboxes are off', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' }) })
    expect(await reasonOf(open(core, 'a'))).toBe('credential-missing')
  })

  test('at a free address takes over the mail that lies there', async () => {
    const core = testCore()
    await deliver(core, 'free@mayfly.test', hello)
    const { mailbox, token } = await open(core, 'free')
    expect(mailbox.messageCount).toBe(1)
    const caller = await core.mailboxes.holder(token)
    expect((await core.messages.list(caller, mailbox.id, { limit: 25 })).items).toHaveLength(1)
    expect(await reasonOf(core.messages.list(nobody, 'free@mayfly.test', { limit: 25 }))).toBe('credential-missing')
  })

  test('recoverable needs a plan with an archive', async () => {
    expect(await reasonOf(open(testCore(), 'a', { recoverable: true }))).toBe('mailboxes-exhausted')
  })
})

describe('at RCPT', () => {
  test('a free address of a public domain takes mail', async () => {
    expect((await accepting(testCore(), 'any.one+tag@MAYFLY.test')).mailboxAddress).toBe('any.one@mayfly.test')
  })

  test.each([
    ['x@elsewhere.test', 'relay-denied'],
    ['x@sub.mayfly.test', 'relay-denied'],
    ['no-at-sign', 'address-invalid'],
    ['a..b@mayfly.test', 'address-invalid'],
  ] as const)('%s is refused: %s', async (to, reason) => {
    expect(await reasonOf(accepting(testCore(), to))).toBe(reason)
  })

  const domains = (...tables: { name: string; access?: 'public' | 'claimed'; catch_all?: string }[]) => {
    const config = testConfig()
    return testCore({
      config: { ...config, domains: tables.map((table) => ({ access: 'public' as const, ...table })) },
    })
  }

  test('an address that nobody opened on a claimed domain is unknown', async () => {
    const core = domains({ name: 'c.test', access: 'claimed' })
    expect(await reasonOf(accepting(core, 'x@c.test'))).toBe('mailbox-unknown')
    await openAnonymous(core, { localPart: 'x' })
    expect(await reasonOf(accepting(core, 'x+tag@c.test'))).toBe('no refusal')
  })

  test('"*" takes every domain from trusted networks alone', async () => {
    const core = domains({ name: 'own.test' }, { name: '*' })
    expect(await reasonOf(accepting(core, 'x@any.where', true))).toBe('no refusal')
    expect(await reasonOf(accepting(core, 'x@any.where', false))).toBe('relay-denied')
    expect(await reasonOf(accepting(core, 'x@own.test', false))).toBe('no refusal')
  })

  test('"*.mail.test" takes every subdomain, and not the domain itself', async () => {
    const core = domains({ name: '*.mail.test' })
    expect(await reasonOf(accepting(core, 'x@a.b.mail.test', false))).toBe('no refusal')
    expect(await reasonOf(accepting(core, 'x@mail.test'))).toBe('relay-denied')
    expect(await reasonOf(openAnonymous(core, { localPart: 'x' }))).toBe('invalid-request')
    expect((await openAnonymous(core, { localPart: 'x', domain: 'a.mail.test' })).mailbox.address).toBe('x@a.mail.test')
  })

  test('a catch-all gets what has no mailbox, and remembers the address it was sent to', async () => {
    const core = domains({ name: 'c.test', access: 'claimed', catch_all: 'all@c.test' })
    const { mailbox, token } = await openAnonymous(core, { localPart: 'all' })
    await openAnonymous(core, { localPart: 'other' })
    await deliver(core, 'nobody+x@c.test', hello)
    await deliver(core, 'other@c.test', hello)
    const { items } = await core.messages.list(await core.mailboxes.holder(token), mailbox.id, { limit: 25 })
    expect(items.map(({ address }) => address)).toEqual(['nobody+x@c.test'])
  })

  test("postmaster and abuse of every shared domain are the operator's, also postmaster without a domain", async () => {
    const core = domains({ name: 'one.test', access: 'claimed' }, { name: 'two.test' })
    const { mailbox } = await core.mailboxes.operator()
    for (const to of ['postmaster@one.test', 'Abuse@two.test', 'PostMaster', 'postmaster@two.test']) {
      expect((await accepting(core, to, false)).mailboxId).toBe(mailbox.id)
    }
    expect(await reasonOf(core.mailboxes.see(nobody, 'abuse@two.test'))).toBe('credential-missing')
  })

  test("the operator's mailbox cannot end, and nobody can have its address, whatever the config reserves", async () => {
    const config = testConfig({ MAYFLY_MAILBOXES_RESERVED_LOCAL_PARTS: 'other', MAYFLY_DOMAINS: 'one.test,two.test' })
    const core = testCore({ config })
    const { mailbox, token } = await core.mailboxes.operator()
    const caller = await core.mailboxes.holder(token)
    expect(await reasonOf(core.mailboxes.end(caller, mailbox.id, { permanent: true }))).toBe('forbidden')
    expect(await reasonOf(core.mailboxes.change(caller, mailbox.id, { ttlMinutes: 1 }))).toBe('forbidden')
    for (const localPart of ['postmaster', 'abuse']) {
      expect(await reasonOf(openAnonymous(core, { localPart, domain: 'two.test' }))).toBe('invalid-request')
    }
  })

  test("the operator's mailbox opens at an address that somebody had, or that is in quarantine", async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'mayfly.db')
    const first = testCore({ file, config: testConfig({ MAYFLY_DOMAINS: 'one.test' }) })
    const { token } = await open(first, 'someone')
    first.connection.sqlite.run(
      "update mailboxes set address = 'postmaster@two.test', domain = 'two.test', check_value = null",
    )
    first.connection.sqlite.run("insert into quarantine (address, until) values ('postmaster@three.test', 9e15)")
    first.close()
    for (const domain of ['two.test', 'three.test']) {
      const core = testCore({ file, config: testConfig({ MAYFLY_DOMAINS: domain }) })
      expect((await core.mailboxes.operator()).mailbox.address).toBe(`postmaster@${domain}`)
      expect((await accepting(core, `postmaster@${domain}`)).mailboxAddress).toBe(`postmaster@${domain}`)
      expect(await reasonOf(core.mailboxes.holder(token))).toBe('credential-wrong')
      core.close()
    }
  })

  test('a full mailbox is refused, by bytes, by what the mail would add, and by count', async () => {
    const core = testCore({
      config: testConfig({
        MAYFLY_PLANS_ANONYMOUS_MAILBOX_BYTES: '2000',
        MAYFLY_PLANS_ANONYMOUS_MAILBOX_MESSAGES: '2',
      }),
    })
    await open(core, 'small')
    expect(await reasonOf(accepting(core, 'small@mayfly.test', true, 2001))).toBe('mailbox-full')
    expect(await reasonOf(accepting(core, 'small@mayfly.test', true, 2000))).toBe('no refusal')
    await deliver(core, 'small@mayfly.test', hello)
    await deliver(core, 'small@mayfly.test', hello)
    expect(await reasonOf(accepting(core, 'small@mayfly.test'))).toBe('mailbox-full')
  })

  test('what has run out does not fill a mailbox, swept or not', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_MAILBOXES_UNCLAIMED_MESSAGES: '1' }) })
    await deliver(core, 'x@mayfly.test', hello)
    expect(await reasonOf(accepting(core, 'x@mayfly.test'))).toBe('mailbox-full')
    core.clock.now += 61 * minute
    expect(await reasonOf(accepting(core, 'x@mayfly.test'))).toBe('no refusal')
  })

  test('a full store refuses for now', async () => {
    const core = testCore()
    core.room.shortage = 'the disk is full'
    expect(await reasonOf(accepting(core, 'x@mayfly.test'))).toBe('storage-full')
  })

  test('one mail for two mailboxes is stored once', async () => {
    const core = testCore()
    await deliver(core, ['a@mayfly.test', 'b@mayfly.test', 'a+tag@mayfly.test'], hello)
    const count = (table: string) =>
      core.connection.sqlite.query<{ n: number }, []>(`select count(*) n from ${table}`).get()?.n
    expect([count('contents'), count('pieces'), count('messages')]).toEqual([1, 1, 2])
  })

  test('a mailbox that ended since RCPT dies with the mail; one that filled still gets it', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_PLANS_ANONYMOUS_MAILBOX_MESSAGES: '1' }) })
    const { mailbox, token } = await open(core, 'short')
    await open(core, 'full')
    const caller = await core.mailboxes.holder(token)
    const recipients = [await accepting(core, 'short@mayfly.test'), await accepting(core, 'full@mayfly.test')]
    await core.mailboxes.end(caller, mailbox.id, { permanent: false })
    await deliver(core, 'full@mayfly.test', hello)
    const arrival = core.messages.arrive({ from: '', recipients, trace: () => '' })
    await arrival.write(new TextEncoder().encode(hello))
    expect((await arrival.commit()).messageIds).toHaveLength(1)
  })
})

describe('a mailbox that ended', () => {
  test('is gone from every answer at once, and swept with its bytes', async () => {
    const core = testCore()
    const { mailbox, token } = await open(core, 'gone', { ttlMinutes: 10 })
    const [id = ''] = await deliver(core, mailbox.address, hello)
    const caller = await core.mailboxes.holder(token)
    core.clock.now += 10 * minute
    expect(await reasonOf(core.mailboxes.holder(token))).toBe('credential-wrong')
    expect(await reasonOf(core.mailboxes.see(caller, mailbox.id))).toBe('mailbox-unknown')
    expect(await reasonOf(core.messages.get(caller, id))).toBe('message-unknown')
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('mailbox-unknown')
    expect(await reasonOf(open(core, 'gone'))).toBe('mailbox-taken')
    await sweep(core)
    const left = (table: string) =>
      core.connection.sqlite.query<{ n: number }, []>(`select count(*) n from ${table}`).get()?.n
    expect(['mailboxes', 'messages', 'contents', 'pieces', 'mailbox_tokens', 'message_search'].map(left)).toEqual([
      0, 0, 0, 0, 0, 0,
    ])
  })

  test('keeps its address in quarantine, and no longer', async () => {
    const core = testCore()
    const { mailbox, token } = await open(core, 'held')
    await core.mailboxes.end(await core.mailboxes.holder(token), mailbox.id, { permanent: false })
    core.clock.now += 24 * 60 * minute - 1
    expect(await reasonOf(open(core, 'held'))).toBe('mailbox-taken')
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('mailbox-unknown')
    expect(await reasonOf(core.mailboxes.see(nobody, mailbox.address))).toBe('mailbox-unknown')
    core.clock.now += 1
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('no refusal')
    expect(await reasonOf(open(core, 'held'))).toBe('no refusal')
  })

  test('goes to the archive when it is recoverable, without its mail, and can be restored', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' }) })
    const { mailbox, token } = await open(core, 'back', { recoverable: true, tag: 'kept' })
    await deliver(core, mailbox.address, hello)
    const caller = await core.mailboxes.holder(token)
    await core.mailboxes.end(caller, mailbox.address, { permanent: false })
    expect((await core.mailboxes.see(caller, mailbox.id)).mailbox).toMatchObject({ state: 'archived', messageCount: 0 })
    expect((await core.mailboxes.see(caller, mailbox.address)).mailbox?.state).toBe('archived')
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('mailbox-unknown')
    expect(await reasonOf(open(core, 'back'))).toBe('mailbox-taken')
    const restored = await core.mailboxes.restore(caller, mailbox.id)
    expect(restored.mailbox).toMatchObject({
      address: mailbox.address,
      tag: 'kept',
      recoverable: true,
      messageCount: 0,
    })
    expect(restored.mailbox.id).not.toBe(mailbox.id)
    expect(await reasonOf(core.mailboxes.holder(token))).toBe('credential-wrong')
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('no refusal')
  })

  test('that is recoverable ends for good with permanent', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' }) })
    const { mailbox, token } = await open(core, 'over', { recoverable: true })
    const caller = await core.mailboxes.holder(token)
    await core.mailboxes.end(caller, mailbox.id, { permanent: true })
    expect(await reasonOf(core.mailboxes.restore(caller, mailbox.id))).toBe('mailbox-unknown')
  })
})

describe('many mailboxes that ended', () => {
  test('are all gone after one sweep', async () => {
    const core = testCore()
    for (let n = 0; n < 350; n++) await open(core, `box${n}`, { ttlMinutes: 1 })
    core.clock.now += minute
    while (await core.mailboxes.expire());
    expect(core.connection.sqlite.query('select key from mailboxes').all()).toEqual([])
    core.clock.now += 25 * 60 * minute
    while (await core.mailboxes.expire());
    expect(core.connection.sqlite.query('select address from quarantine').all()).toEqual([])
  })
})

describe('an unclaimed mailbox', () => {
  test('is read by anyone, changed by nobody, and ends with its last message', async () => {
    const core = testCore()
    const [id = ''] = await deliver(core, 'open+x@mayfly.test', hello)
    expect((await core.mailboxes.see(nobody, 'open@mayfly.test')).mailbox?.messageCount).toBe(1)
    expect((await core.messages.get(nobody, id)).subject).toBe('Hello')
    expect(await reasonOf(core.messages.delete(nobody, id))).toBe('forbidden')
    expect(await reasonOf(core.messages.mark(nobody, id, { seen: true }))).toBe('forbidden')
    expect(await reasonOf(core.messages.clear(nobody, 'open@mayfly.test'))).toBe('forbidden')
    expect(await reasonOf(core.mailboxes.end(nobody, 'open@mayfly.test', { permanent: true }))).toBe('forbidden')
    core.clock.now += 60 * minute
    expect((await core.messages.list(nobody, 'open@mayfly.test', { limit: 25 })).items).toEqual([])
    await sweep(core)
    expect((await core.mailboxes.see(nobody, 'open@mayfly.test')).mailbox).toBeNull()
  })

  test('is an empty place before mail comes', async () => {
    const core = testCore()
    expect((await core.mailboxes.see(nobody, 'Later+t@mayfly.test')).mailbox).toBeNull()
    expect((await core.messages.list(nobody, 'later@mayfly.test', { limit: 25 })).items).toEqual([])
  })

  test('seen through a tag lists only mail to that very address', async () => {
    const core = testCore()
    await deliver(core, 'x@mayfly.test', hello)
    await deliver(core, 'x+One@mayfly.test', hello)
    const list = async (name: string) =>
      (await core.messages.list(nobody, name, { limit: 25 })).items.map(({ address }) => address)
    expect(await list('x+one@mayfly.test')).toEqual(['x+one@mayfly.test'])
    expect(await list('x@mayfly.test')).toEqual(['x+one@mayfly.test', 'x@mayfly.test'])
  })
})

describe('a password', () => {
  test('opens its mailbox with a new token; a wrong one and an unknown mailbox are the same refusal', async () => {
    const core = testCore()
    const { mailbox, token } = await open(core, 'locked', { password: 'correct horse' })
    const again = await core.mailboxes.signIn(mailbox.address, 'correct horse')
    expect(again.token).not.toBe(token)
    expect(await core.mailboxes.holder(again.token)).toMatchObject({ mailboxId: mailbox.id })
    expect(await core.mailboxes.holder(token)).toMatchObject({ mailboxId: mailbox.id })
    expect(await reasonOf(core.mailboxes.signIn(mailbox.address, 'wrong'))).toBe('credential-wrong')
    expect(await reasonOf(core.mailboxes.signIn('unknown@mayfly.test', 'wrong'))).toBe('credential-wrong')
  })
})

/** What the clock does, until nothing is left to do. */
async function sweep(core: TestCore): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    while (await core.mailboxes.expire());
    while (await core.messages.sweep());
  }
}
