// Promise 20: limits and quotas are exact with 200 calls at once and across a restart. Whatever tenants do, whatever
// becomes of their plans, the server and the clock: each answer is the one of a plain model.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { operator } from '../../src/accounts/caller.ts'
import { plansOf } from '../../src/plans/from-config.ts'
import { temporaryDirectory, testConfig } from '../core.ts'
import { type Answer, at, type Call, type Serving, serve } from '../http/serve.ts'
import { tenant } from '../keys/tenants.ts'
import { type Limits, Subject } from './limits-model.ts'
import { figures, size } from './promise.ts'

const atOnce = 200
const histories = size(25, 500)
const start = Date.UTC(2026, 0, 30, 23, 50)
const tick = 10_000

const plans = ['pro', 'team', 'dev'] as const
type PlanName = (typeof plans)[number]

const none: Limits = {
  requestsPerMinute: null,
  burst: null,
  requestsPerDay: null,
  requestsPerMonth: null,
  inboxesPerDay: null,
  activeMailboxes: null,
  keys: null,
}

/** The numbers that a config has, and those after a reload. What flows in by a tick is a whole number of calls. */
const configs: readonly Record<PlanName | 'anonymous', Limits>[] = [
  {
    pro: {
      requestsPerMinute: 6,
      burst: 8,
      requestsPerDay: 20,
      requestsPerMonth: 45,
      inboxesPerDay: 5,
      activeMailboxes: 3,
      keys: 3,
    },
    team: { ...none, requestsPerDay: 12, inboxesPerDay: 4, keys: 2 },
    dev: { ...none, requestsPerMinute: 12, requestsPerMonth: 30, activeMailboxes: 2 },
    anonymous: { ...none, requestsPerMinute: 12, burst: 9, requestsPerDay: 25, inboxesPerDay: 3, activeMailboxes: 4 },
  },
  {
    pro: { ...none, requestsPerMinute: 30, burst: 4, inboxesPerDay: 3, activeMailboxes: 4, keys: 4 },
    team: {
      requestsPerMinute: 6,
      burst: 6,
      requestsPerDay: 15,
      requestsPerMonth: 20,
      inboxesPerDay: 8,
      activeMailboxes: 5,
      keys: 5,
    },
    dev: { ...none, requestsPerDay: 10 },
    anonymous: { ...none, requestsPerMinute: 6, burst: 12, requestsPerDay: 20, inboxesPerDay: 6, activeMailboxes: 3 },
  },
]

const environment = (config: (typeof configs)[number]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(config).flatMap(([plan, limits]) => [
      ...Object.entries(limits).map(([name, limit]) => [
        `MAYFLY_PLANS_${plan}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase(),
        limit === null ? 'unlimited' : String(limit),
      ]),
      [`MAYFLY_PLANS_${plan.toUpperCase()}_PERMANENT_MAILBOXES`, 'true'],
    ]),
  )

/** Addresses that count together, as they come in X-Forwarded-For, forged parts included. */
const addresses = [
  ['192.0.2.1', '203.0.113.9, 192.0.2.1', '::ffff:192.0.2.1'],
  ['192.0.2.2', 'nonsense, 192.0.2.2'],
  ['2001:db8:1:2::a', '2001:db8:1:2:ffff::b', '192.0.2.1, 2001:db8:1:2::c'],
] as const

type What = 'read' | 'open' | 'end' | 'key' | 'guess'
type Step =
  | { do: 'call'; who: number; what: What; times: number; spelling: number }
  | { do: 'pass'; to: 'later' | 'day' | 'month'; ticks: number }
  | { do: 'reload'; config: number }
  | { do: 'move'; who: number; plan: PlanName }
  | { do: 'flush' | 'restart' | 'crash' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      who: fc.nat({ max: plans.length + addresses.length - 1 }),
      what: fc.constantFrom<What>('read', 'read', 'open', 'end', 'key', 'guess'),
      times: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 12 }), fc.constant(atOnce)),
      spelling: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      to: fc.constantFrom('later' as const, 'later' as const, 'later' as const, 'day' as const, 'month' as const),
      ticks: fc.integer({ min: 1, max: 12 }),
    }),
  },
  fc.record({ do: fc.constant('reload' as const), config: fc.nat({ max: 1 }) }),
  fc.record({
    do: fc.constant('move' as const),
    who: fc.nat({ max: plans.length - 1 }),
    plan: fc.constantFrom(...plans),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'restart' as const, 'crash' as const) }) },
)

type Actor = {
  subject: Subject
  id: string
  secret: string
  spellings: readonly string[]
  plan: PlanName | 'anonymous'
}

const api = '/mayfly/v1'
const tried = { calls: 0, refused: 0, restarts: 0 }

/** A server with its tenants, and the model of them. */
class World {
  config = 0

  constructor(
    private readonly file: string,
    public server: Serving,
    readonly actors: readonly Actor[],
  ) {}

  static async begin(file: string): Promise<World> {
    const server = await serving(file, start, 0)
    const accounts: Actor[] = []
    for (const plan of plans) {
      const { id, secret } = await tenant(server.core, plan)
      accounts.push({ subject: new Subject('account'), id, secret, spellings: [''], plan })
    }
    const strangers = addresses.map((spellings): Actor => {
      return { subject: new Subject('address'), id: '', secret: '', spellings, plan: 'anonymous' }
    })
    return new World(file, server, [...accounts, ...strangers])
  }

  get now(): number {
    return this.server.core.clock.now
  }

  async take(one: Step): Promise<void> {
    const { core } = this.server
    if (one.do === 'pass') core.clock.now = passed(this.now, one)
    else if (one.do === 'call') await this.call(one)
    else if (one.do === 'reload') {
      this.config = one.config
      await core.plans.replace(plansOf(testConfig(environment(configs[one.config] ?? never())).plans))
    } else if (one.do === 'move') {
      const actor = this.actors[one.who] ?? never()
      await core.accounts.setPlan(operator, actor.id, one.plan)
      actor.plan = one.plan
    } else {
      if (one.do !== 'crash') {
        await core.usage.flush()
        for (const { subject } of this.actors) subject.flush()
      }
      if (one.do !== 'flush') await this.restart()
    }
  }

  private async restart(): Promise<void> {
    tried.restarts++
    const { now } = this
    await this.server[Symbol.asyncDispose]()
    this.server = await serving(this.file, now, this.config)
    await this.server.core.usage.load()
    for (const { subject } of this.actors) subject.crash()
  }

  private async call({ who, what, times, spelling }: Extract<Step, { do: 'call' }>): Promise<void> {
    const actor = this.actors[who] ?? never()
    const { subject } = actor
    const limits = configs[this.config]?.[actor.plan] ?? never()
    const isAccount = subject.kind === 'account'
    // Only who has an account has keys, and only who has none guesses one.
    if ((what === 'key' && !isAccount) || (what === 'guess' && isAccount)) return
    const ended = what === 'end' ? subject.active.slice(0, times) : []
    if (what === 'end' && ended.length === 0) return
    const many = what === 'end' ? ended.length : times
    const forwarded = actor.spellings[spelling % actor.spellings.length] ?? ''
    const headers: Record<string, string> = forwarded === '' ? {} : { 'x-forwarded-for': forwarded }
    const token = isAccount ? actor.secret : what === 'guess' ? `mayfly_${'x'.repeat(40)}` : null
    const answers = await Promise.all(
      Array.from({ length: many }, (_, n) => this.send(what, { headers, ...(token ? { token } : {}) }, ended[n])),
    )
    tried.calls += many

    const verdicts = answers.map(() => subject.call(limits, this.now))
    const admitted = verdicts.filter((one) => one.admitted).length
    const let_ = answers.filter(({ reason }) => reason !== 'rate-exceeded')
    tried.refused += many - admitted
    expect(let_.length).toBe(admitted)
    // Refusals of mailboxes speak of their own limit, those without a credential of none.
    const spoken = ({ status, reason }: Answer) => status !== 401 && reason !== 'quota-exceeded'
    if (what === 'read' || what === 'end') {
      expect(answers.filter(spoken).map(said).toSorted()).toEqual(
        verdicts.map(({ headers }) => String(headers)).toSorted(),
      )
    }
    this.compare(what, actor, limits, let_, ended)
    if (isAccount && what === 'read') this.compareUsed(subject, let_)
  }

  private send(what: What, call: Call, ended?: { id: string; token: string }): Promise<Answer> {
    const { server } = this
    if (what === 'open') return server.call('POST', `${api}/mailboxes`, { ...call, body: { ttlMinutes: null } })
    if (what === 'key') return server.call('POST', `${api}/keys`, { ...call, body: {} })
    if (what === 'end' && ended) {
      const token = call.token ?? ended.token
      return server.call('DELETE', `${api}/mailboxes/${ended.id}`, { ...call, token })
    }
    return server.call('GET', call.token ? `${api}/account` : `${api}/mailboxes/free@mayfly.test/messages`, call)
  }

  /** Of calls that were let in. */
  private compare(what: What, { subject }: Actor, limits: Limits, answers: Answer[], ended: { id: string }[]): void {
    const statuses = answers.map(({ status }) => status)
    if (what === 'guess') expect(statuses.every((status) => status === 401)).toBe(true)
    else if (what === 'read') expect(statuses.every((status) => status === 200)).toBe(true)
    else if (what === 'end') {
      expect(statuses.every((status) => status === 204)).toBe(true)
      // Any of them may have been refused.
      const left = new Set(
        this.server.core.told.filter(({ type }) => type === 'mailbox.deleted').map(({ mailboxId }) => mailboxId),
      )
      const gone = ended.filter(({ id }) => left.has(id))
      expect(gone.length).toBe(answers.length)
      for (const { id } of gone)
        subject.active.splice(
          subject.active.findIndex((one) => one.id === id),
          1,
        )
    } else if (what === 'key') {
      const room = limits.keys === null ? answers.length : Math.max(0, limits.keys - subject.keys)
      const made = Math.min(room, answers.length)
      expect(statuses.filter((status) => status === 201).length).toBe(made)
      expect(answers.filter(({ reason }) => reason === 'quota-exceeded').length).toBe(answers.length - made)
      subject.keys += made
    } else this.compareOpened(subject, limits, answers)
  }

  private compareOpened(subject: Subject, limits: Limits, answers: Answer[]): void {
    const expected: (string | null)[] = []
    const before = subject.active.length
    for (const _ of answers) {
      const reason = subject.mayOpen(limits, this.now)
      expected.push(reason)
      if (reason !== null) continue
      subject.opens(this.now)
      subject.active.push({ id: '', token: '' })
    }
    subject.active.length = before
    const opened = answers.filter(({ status }) => status === 201)
    expect(opened.length).toBe(expected.filter((reason) => reason === null).length)
    // Of several at once one may take the day's last place until it finds no room itself.
    if (answers.length === 1) expect(answers[0]?.reason ?? null).toBe(expected[0] ?? null)
    else for (const { status } of answers) expect([201, 429]).toContain(status)
    for (const { json } of opened) subject.active.push({ id: String(json['id']), token: String(json['token']) })
  }

  /** What the last of them says is used; earlier ones may say less. */
  private compareUsed(subject: Subject, answers: Answer[]): void {
    const most = (name: string) => Math.max(...answers.map(({ json }) => Number(at(json, 'used', name))))
    if (answers.length === 0) return
    const { today, month, opened } = subject.callsOf(this.now)
    expect([most('requestsToday'), most('requestsThisMonth'), most('inboxesToday'), most('activeMailboxes')]).toEqual([
      today,
      month,
      opened,
      subject.active.length,
    ])
  }
}

async function serving(file: string, now: number, config: number): Promise<Serving> {
  const env = environment(configs[config] ?? never())
  const server = await serve({ ...env, MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }, { now, file })
  // Both clocks go together, each from its own beginning.
  server.core.outside.elapsed = () => server.core.clock.now - now
  return server
}

function passed(now: number, { to, ticks }: Extract<Step, { do: 'pass' }>): number {
  const date = new Date(now)
  if (to === 'later') return now + ticks * tick
  const days = to === 'day' ? date.getUTCDate() + 1 : 1
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + (to === 'month' ? 1 : 0), days)
}

const said = ({ headers }: Answer): string => {
  const limit = headers.get('x-ratelimit-limit')
  return limit === null
    ? 'null'
    : `${limit},${headers.get('x-ratelimit-remaining')},${headers.get('x-ratelimit-reset')}`
}

function never(): never {
  throw new Error('there is no such one')
}

test(`promise 20: limits and quotas are those of a plain model, in ${histories} histories of calls, ${atOnce} at once`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      using directory = temporaryDirectory()
      const world = await World.begin(join(directory.path, 'mayfly.db'))
      try {
        for (const one of steps) await world.take(one)
      } finally {
        await world.server[Symbol.asyncDispose]()
      }
    }),
    { numRuns: histories },
  )
  figures(
    `${histories} histories, ${tried.calls} calls, ${tried.refused} of them past a limit, ${tried.restarts} restarts and crashes: each answer the model's`,
  )
  expect(tried.refused).toBeGreaterThan(histories)
}, 3_600_000)
