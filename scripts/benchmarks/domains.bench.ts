// Ten thousand verified domains whose records are looked at again and again, with a real name server: how many questions a
// second that asks at most, how long a round takes, and what it does to memory (Linux).
import { join } from 'node:path'
import { mx, nameServer, txt } from '../../test/domains/name-server.ts'
import { fixed, goal, root, table, title } from './bench.ts'
import { mayfly, megabytes } from './servers.ts'

const accounts = 10
const ofEach = 1000
const perSecond = 500
const hostname = 'mx.bench.test'
const rounds = 3
/** `dns.verified_check_minutes`: 1. */
const roundMs = 60_000
/** Added at once. */
const atOnce = 20

await using dns = await nameServer()
const server = await mayfly({
  env: {
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_QUERIES_PER_SECOND: String(perSecond),
    MAYFLY_DNS_FIRST_CHECK_SECONDS: '1',
    MAYFLY_DNS_VERIFIED_CHECK_MINUTES: '1',
    MAYFLY_SMTP_HOSTNAME: hostname,
  },
})
const api = `http://127.0.0.1:${server.http}/mayfly/v1/domains`

/** At the server's own command line. */
function command(...words: string[]): string {
  const { stdout, exitCode } = Bun.spawnSync([join(root, 'dist/mayfly'), ...words], { cwd: server.directory })
  if (exitCode !== 0) throw new Error(`mayfly ${words.join(' ')} ended with ${exitCode}`)
  return stdout.toString().trim()
}

type Domain = { state: string; records: { value: string }[] }

async function call<Shape>(key: string, name?: string): Promise<Shape> {
  const answer = await fetch(api, {
    ...(name === undefined ? {} : { method: 'POST', body: JSON.stringify({ name }) }),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  })
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
  return JSON.parse(await answer.text())
}

async function add(key: string, name: string): Promise<void> {
  const { records } = await call<Domain>(key, name)
  dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, records[0]?.value ?? '')]
  dns.zone[name] = [mx(name, hostname)]
}

const keys: string[] = []
for (let at = 0; at < accounts; at++) {
  command('account', 'create', '--email', `owner${at}@bench.test`)
  const key = command('key', 'create', '--account', `owner${at}@bench.test`)
  keys.push(key)
  for (let n = 0; n < ofEach; n += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, one) => add(key, `d${n + one}.a${at}.example`)))
  }
}

async function verified(): Promise<number> {
  const lists = await Promise.all(keys.map((key) => call<{ items: Domain[] }>(key)))
  return lists.flatMap(({ items }) => items).filter(({ state }) => state === 'verified').length
}
while ((await verified()) < accounts * ofEach) await Bun.sleep(1000)
await Bun.sleep(roundMs)

const before = megabytes(server, 'VmRSS')
const rows: (string | number)[][] = []
let [most, missed, largest] = [0, 0, 0]
for (let round = 1; round <= rounds; round++) {
  dns.asked.length = 0
  let [asked, mostNow] = [0, 0]
  for (const began = performance.now(); performance.now() - began < roundMs; ) {
    const since = performance.now()
    await Bun.sleep(1000)
    mostNow = Math.max(mostNow, ((dns.asked.length - asked) * 1000) / (performance.now() - since))
    asked = dns.asked.length
  }
  const looked = new Set(dns.asked.filter((one) => one.startsWith('MX '))).size
  const memory = megabytes(server, 'VmRSS')
  most = Math.max(most, mostNow)
  missed = Math.max(missed, accounts * ofEach - looked)
  largest = Math.max(largest, memory)
  rows.push([round, looked, asked, fixed(mostNow, 0), fixed(memory, 0)])
}
title(`${accounts * ofEach} verified domains, of ${accounts} accounts`)
table(['minute', 'looked at', 'questions', 'most in a second', 'MB'], rows)
// Two windows of the measure's own second and the server's may lie askew.
goal('questions in a second', most, { below: perSecond * 1.2, digits: 0 })
goal('domains not looked at in a minute', missed, { below: accounts * ofEach * 0.05, digits: 0 })
goal('memory beyond that at the beginning', largest - before, { below: 30, unit: ' MB', digits: 0 })
goal('domains that are not verified any more', accounts * ofEach - (await verified()), { below: 1, digits: 0 })
await server.stop()
