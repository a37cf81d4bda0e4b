// Whatever mix of things happens, lists, counts, quotas and what is on the disk agree with a plain model of them.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Caller, nobody } from '../../src/accounts/caller.ts'
import { Refusal } from '../../src/refusal.ts'
import { deliver, openAnonymous, type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'

const minute = 60_000
const hour = 60 * minute
const names = ['ann', 'bob', 'cat'] as const
type Name = (typeof names)[number]

const config = testConfig({
  MAYFLY_PLANS_ANONYMOUS_MAILBOX_MESSAGES: '4',
  MAYFLY_PLANS_ANONYMOUS_RETENTION_MINUTES: '90',
  MAYFLY_MAILBOXES_UNCLAIMED_MESSAGES: '3',
  MAYFLY_MAILBOXES_UNCLAIMED_RETENTION_MINUTES: '45',
  MAYFLY_MAILBOXES_QUARANTINE_HOURS: '2',
})

/** A mailbox as the model has it: claimed while it has a token, and its messages, oldest first. */
type Held = { token: string | null; expiresAt: number | null; messages: { id: string; size: number; until: number }[] }

class Model {
  readonly mailboxes = new Map<Name, Held>()
  readonly quarantine = new Map<Name, number>()

  at(now: number): void {
    for (const [name, held] of this.mailboxes) {
      held.messages = held.messages.filter(({ until }) => until > now)
      if (held.expiresAt !== null && held.expiresAt <= now) this.end(name, held.expiresAt)
      else if (held.token === null && held.messages.length === 0) this.mailboxes.delete(name)
    }
    for (const [name, until] of this.quarantine) if (until <= now) this.quarantine.delete(name)
  }

  /** Quarantine begins when the end is noticed, not when it was due. */
  end(name: Name, _at: number): void {
    this.mailboxes.delete(name)
    this.quarantine.set(name, Number.POSITIVE_INFINITY)
  }
}

type Step =
  | { do: 'open'; name: Name; ttlMinutes: number }
  | { do: 'receive'; names: Name[]; size: number }
  | { do: 'delete'; name: Name }
  | { do: 'clear'; name: Name }
  | { do: 'end'; name: Name }
  | { do: 'pass'; minutes: number }
  | { do: 'sweep' }
  | { do: 'restart' }

const name = fc.constantFrom(...names)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('open' as const), name, ttlMinutes: fc.integer({ min: 1, max: 200 }) }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      names: fc.uniqueArray(name, { minLength: 1 }),
      size: fc.integer({ min: 1, max: 5000 }),
    }),
  },
  fc.record({ do: fc.constant('delete' as const), name }),
  fc.record({ do: fc.constant('clear' as const), name }),
  fc.record({ do: fc.constant('end' as const), name }),
  fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ do: fc.constant('sweep' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
)

test('any mix of open, receive, delete, expire and restart keeps lists, counts, quotas and storage in agreement', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      using directory = temporaryDirectory()
      const file = join(directory.path, 'mayfly.db')
      let core = testCore({ config, file })
      const model = new Model()
      for (const one of steps) {
        if (one.do === 'restart') {
          await digested(core)
          const { now } = core.clock
          core.close()
          core = testCore({ config, file, now })
          await core.messages.forgetLost()
        } else await take(core, model, one)
        model.at(core.clock.now)
        await agree(core, model)
      }
      await digested(core)
      await sweep(core)
      await nothingLeftOver(core, model)
      core.close()
    }),
    { numRuns: 60 },
  )
}, 120_000)

async function take(core: TestCore, model: Model, one: Step): Promise<void> {
  if (one.do === 'pass') core.clock.now += one.minutes * minute
  else if (one.do === 'sweep') {
    await digested(core)
    await sweep(core)
    for (const [at, until] of model.quarantine)
      if (until === Number.POSITIVE_INFINITY) model.quarantine.set(at, core.clock.now + 2 * hour)
  } else if (one.do === 'open') await open(core, model, one.name, one.ttlMinutes)
  else if (one.do === 'receive') for (const to of one.names) await receive(core, model, to, one.size)
  else if (one.do !== 'restart') await change(core, model, one.do, one.name)
}

async function open(core: TestCore, model: Model, localPart: Name, ttlMinutes: number): Promise<void> {
  const held = model.mailboxes.get(localPart)
  const free = !model.quarantine.has(localPart) && !held?.token
  const opened = await outcome(openAnonymous(core, { localPart, ttlMinutes }))
  expect(opened.reason).toBe(free ? null : 'mailbox-taken')
  if (!opened.value) return
  const expiresAt = core.clock.now + ttlMinutes * minute
  model.mailboxes.set(localPart, { token: opened.value.token, expiresAt, messages: held?.messages ?? [] })
}

async function receive(core: TestCore, model: Model, to: Name, size: number): Promise<void> {
  const held = model.mailboxes.get(to)
  const limit = held?.token ? 4 : 3
  const expected = model.quarantine.has(to)
    ? 'mailbox-unknown'
    : (held?.messages.length ?? 0) >= limit
      ? 'mailbox-full'
      : null
  const stored = await outcome(deliver(core, `${to}@mayfly.test`, new Uint8Array(size).fill(97)))
  expect(stored.reason).toBe(expected)
  const [id] = stored.value ?? []
  if (!id) return
  const until = core.clock.now + (held?.token ? 90 : 45) * minute
  model.mailboxes.set(to, {
    token: held?.token ?? null,
    expiresAt: held?.expiresAt ?? null,
    messages: [...(held?.messages ?? []), { id, size, until }],
  })
}

async function change(core: TestCore, model: Model, what: 'delete' | 'clear' | 'end', at: Name): Promise<void> {
  const held = model.mailboxes.get(at)
  if (!held?.token) return
  const caller = await core.mailboxes.holder(held.token)
  const address = `${at}@mayfly.test`
  if (what === 'end') {
    await core.mailboxes.end(caller, address, { permanent: true })
    model.mailboxes.delete(at)
    model.quarantine.set(at, core.clock.now + 2 * hour)
  } else if (what === 'clear') {
    await core.messages.clear(caller, address)
    held.messages = []
  } else {
    const [first] = held.messages.splice(0, 1)
    if (first) await core.messages.delete(caller, first.id)
  }
}

async function agree(core: TestCore, model: Model): Promise<void> {
  for (const at of names) {
    const held = model.mailboxes.get(at)
    const caller: Caller = held?.token ? await core.mailboxes.holder(held.token) : nobody
    const address = `${at}@mayfly.test`
    if (model.quarantine.has(at)) {
      expect((await outcome(core.mailboxes.see(nobody, address))).reason).toBe('mailbox-unknown')
      continue
    }
    const { mailbox } = await core.mailboxes.see(caller, address)
    const { items } = await core.messages.list(caller, address, { limit: 100 })
    const expected = held?.messages ?? []
    expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).reverse())
    expect(mailbox?.messageCount ?? 0).toBe(expected.length)
    expect(mailbox?.bytes ?? 0).toBe(expected.reduce((sum, { size }) => sum + size, 0))
  }
}

/** After a sweep the tables hold what the model has, and nothing else. */
async function nothingLeftOver(core: TestCore, model: Model): Promise<void> {
  const count = (table: string) =>
    core.connection.sqlite.query<{ n: number }, []>(`select count(*) n from ${table}`).get()?.n
  const messages = [...model.mailboxes.values()].flatMap((held) => held.messages)
  const rows = {
    mailboxes: model.mailboxes.size,
    messages: messages.length,
    contents: messages.length,
    pieces: messages.length,
  }
  expect({
    mailboxes: count('mailboxes'),
    messages: count('messages'),
    contents: count('contents'),
    pieces: count('pieces'),
  }).toEqual(rows)
  expect(count('digests')).toBe(messages.length)
  expect(count('message_search')).toBe(messages.length)
  expect(core.connection.sqlite.query('PRAGMA foreign_key_check').all()).toEqual([])
}

async function outcome<Value>(work: Promise<Value>): Promise<{ value: Value | null; reason: string | null }> {
  try {
    return { value: await work, reason: null }
  } catch (error) {
    if (error instanceof Refusal) return { value: null, reason: error.reason }
    throw error
  }
}

async function digested(core: TestCore): Promise<void> {
  while (core.digesting.waiting > 0) await Bun.sleep(1)
}

async function sweep(core: TestCore): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    while (await core.mailboxes.expire());
    while (await core.messages.sweep());
  }
}
