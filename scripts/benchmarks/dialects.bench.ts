// How many lists and reads a second each dialect answers, beside the native API, by one key and from one mailbox. A
// dialect's list of mails has their bodies, which the native one and MailFade's have not: both are shown.
import { readFileSync } from 'node:fs'
import { ulidOf } from '../../src/ulid.ts'
import { fixed, goal, Measures, mailOf, runs, table, title, whole } from './bench.ts'
import { deliver } from './deliver.ts'
import { type Load, request } from './loads.ts'
import { keyOf, mayfly, untilAtRest } from './servers.ts'

const connections = 16
const seconds = 4
const mails = 25
const mail = readFileSync(mailOf('2k'), 'utf8')

const server = await mayfly()
const token = await keyOf(server)
const native = '/mayfly/v1'
const call = async (path: string, body?: object) => {
  const answer = await fetch(`http://127.0.0.1:${server.http}${path}`, {
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return JSON.parse(await answer.text())
}
const { id: mailbox, address }: { id: string; address: string } = await call(`${native}/mailboxes`, { ttlMinutes: 60 })
for (let n = 0; n < mails; n++) await deliver(server.smtp, address, mail)
const { items }: { items: { id: string }[] } = await call(`${native}/mailboxes/${mailbox}/messages?limit=${mails}`)
if (items.length !== mails) throw new Error(`a list of ${items.length}`)
const ids = items.map(({ id }) => id)
for (const id of ids) await call(`${native}/messages/${id}`)

/** What is asked: `of` a kind that the native API has too. */
const asked = {
  'list of mailboxes': {
    native: [`${native}/mailboxes`],
    dustmail: ['/api/v1/inbox'],
    minutemail: ['/v1/mailboxes'],
    mailcx: ['/pro/api/accounts'],
    run2mail: ['/api/v1/me'],
  },
  'list of mails': {
    native: [`${native}/mailboxes/${mailbox}/messages?limit=${mails}`],
    dustmail: [`/api/v1/inbox/${mailbox}`],
    minutemail: [`/v1/mailboxes/${mailbox}/mails`],
    mailcx: [`/pro/api/accounts/${mailbox}/messages`],
    run2mail: [`/api/v1/emails/${address}/messages`],
    mailfade: [`/inbox/${address}?limit=${mails}`],
  },
  'one mail': {
    native: ids.map((id) => `${native}/messages/${id}`),
    minutemail: ids.map((id) => `/v1/mailboxes/${mailbox}/mails/${id}`),
    mailfade: ids.map((id) => `/message/${ulidOf(id)}`),
  },
} satisfies Record<string, Record<string, string[]>>

const measures = new Measures<Load>()
const named = (kind: string, dialect: string) => `${kind}, ${dialect}`
const pairs = Object.entries(asked).flatMap(([kind, paths]) =>
  Object.entries(paths).map(([dialect, of]) => ({ kind, dialect, paths: of })),
)
for (const { paths } of pairs) await request(server.http, { paths, connections, seconds: 1, token })
await untilAtRest(server)
for (let run = 0; run < runs; run++) {
  for (const { kind, dialect, paths } of run % 2 === 0 ? pairs : pairs.toReversed()) {
    measures.add(named(kind, dialect), await request(server.http, { paths, connections, seconds, token }))
  }
}
await server.stop()

title(`${mails} mails of 2k, ${connections} connections that stay, ${seconds} s each, medians of ${runs} runs`)
const of = (name: string, what: keyof Load) => measures.median(name, (one) => one[what])
const slower = (kind: string, dialect: string) => of(named(kind, 'native'), 'rate') / of(named(kind, dialect), 'rate')
table(
  ['what', 'dialect', 'requests/s', 'times slower than native', 'p50 ms', 'p99 ms', 'load generator, cores'],
  pairs.map(({ kind, dialect }) => {
    const name = named(kind, dialect)
    return [
      kind,
      dialect,
      whole(of(name, 'rate')),
      fixed(slower(kind, dialect)),
      fixed(of(name, 'p50')),
      fixed(of(name, 'p99')),
      fixed(of(name, 'cpu')),
    ]
  }),
)
for (const { kind, dialect } of pairs) {
  if (dialect === 'native') continue
  const later = of(named(kind, dialect), 'p99') / of(named(kind, 'native'), 'p99')
  goal(`${kind}, ${dialect}, times slower than native`, slower(kind, dialect), { below: 1.3 })
  goal(`${kind}, ${dialect}, p99, times that of native`, later, { below: 1.3 })
}
