// What it costs the main thread to know whose key a call bears and to count it against a plan: calls with a key whose plan
// limits the minute, the day and the month, beside calls of the same route without one, whose plan has no limit of calls.
// Then the parts by themselves; and how often the database is written while calls come.
import { nobody, operator } from '../../src/accounts/caller.ts'
import { testConfig, testCore } from '../../test/core.ts'
import { fixed, goal, Measures, runs, table, title, whole } from './bench.ts'
import { request } from './loads.ts'
import { keyOf, mainThreadMicroseconds, mayfly, type Server, untilAtRest } from './servers.ts'

const path = '/mayfly/v1/mailboxes/free@mayfly.test/messages?limit=1'
const connections = 16
const seconds = 4
const kinds = ['without a key', 'with a key'] as const

/** Limits that are all counted, and never reached. */
const roomy = {
  MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_MINUTE: '1000000000',
  MAYFLY_PLANS_UNLIMITED_BURST: '1000000000',
  MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_DAY: '1000000000',
  MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_MONTH: '1000000000',
}

type Cost = { micros: number; rate: number; commits: number }

async function commits({ http }: Server): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()
  return Number(/^mayfly_commit_seconds_count (\d+)$/m.exec(text)?.[1])
}

async function costOf(server: Server, token: string | null): Promise<Cost> {
  const [committed, before] = [await commits(server), mainThreadMicroseconds(server)]
  const load = await request(server.http, { paths: [path], connections, seconds, ...(token === null ? {} : { token }) })
  const used = mainThreadMicroseconds(server) - before
  return {
    micros: used / load.done,
    rate: load.rate,
    commits: ((await commits(server)) - committed) / load.seconds,
  }
}

const measures = new Measures<Cost>()
const server = await mayfly({ env: roomy })
const key = await keyOf(server)
await untilAtRest(server)
for (const token of [null, key])
  await request(server.http, { paths: [path], connections, seconds: 2, ...(token ? { token } : {}) })
const quiet = await commits(server)
await Bun.sleep(seconds * 1000)
const idle = ((await commits(server)) - quiet) / seconds
for (let run = 0; run < runs; run++) {
  for (const kind of run % 2 === 0 ? kinds : kinds.toReversed()) {
    measures.add(kind, await costOf(server, kind === 'with a key' ? key : null))
  }
}
await server.stop()

title(`Calls of GET ${path} over ${connections} connections that stay, ${seconds} s each, medians of ${runs} runs`)
const of = (kind: (typeof kinds)[number], what: keyof Cost) => measures.median(kind, (one) => one[what])
table(
  ['calls', 'requests/s', 'main thread, µs a call', 'commits/s'],
  kinds.map((kind) => [kind, whole(of(kind, 'rate')), fixed(of(kind, 'micros')), fixed(of(kind, 'commits'))]),
)

/** Microseconds that one of many takes. */
async function timed(work: () => unknown): Promise<number> {
  const many = 100_000
  for (let n = 0; n < many; n++) await work()
  const began = performance.now()
  for (let n = 0; n < many; n++) await work()
  return ((performance.now() - began) * 1000) / many
}

const core = testCore({ config: testConfig(roomy) })
await core.accounts.create(operator, { email: 'bench@tenant.test' })
const { secret } = await core.keys.createFor(operator, 'bench@tenant.test', {})
const use = { dialect: 'native', client: '192.0.2.1', origin: null, referer: null, host: 'localhost' }
const caller = await core.keys.holder(secret, use)
const parts = new Measures<number>()
for (let run = 0; run < runs; run++) {
  const nothing = await timed(() => null)
  const add = async (name: string, work: () => unknown) => parts.add(name, (await timed(work)) - nothing)
  await add('whose key it is', () => core.keys.holder(secret, use))
  await add('counting it against the plan', () => core.usage.admit(caller, use.client))
  await add("the key's last use", () => core.keys.wasUsed(caller))
  await add('the sums of usage', () => core.usage.answered(caller, 'native', 200, null))
  await add('without a key: counting it by address', () => core.usage.admit(nobody, '2001:db8::1'))
}
core.close()

title(`The parts by themselves, in a loop, medians of ${runs} runs`)
const part = (name: string) => parts.median(name, (micros) => micros)
table(
  ['part', 'µs'],
  parts.names.map((name) => [name, fixed(part(name))]),
)
const inAll = parts.names.filter((name) => !name.startsWith('without')).reduce((sum, name) => sum + part(name), 0)
goal('a key and its limits, beside a call without', of('with a key', 'micros') - of('without a key', 'micros'), {
  below: 30,
  unit: ' µs',
})
goal('the parts of it together', inAll, { below: 30, unit: ' µs' })
// What is gathered is written once a second, in one commit or two.
goal(
  `commits a second for calls with a key, beside ${fixed(idle)} without any call`,
  of('with a key', 'commits') - idle,
  {
    below: 3,
  },
)
