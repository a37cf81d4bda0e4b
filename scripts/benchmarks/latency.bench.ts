// How long one mail takes on an idle server: from connect, on a new connection, to its 250 and, in Mayfly, to the answer
// of a client that waits for it. Then a new connection for each mail, 20 at a time.

import { fixed, goal, Measures, mailOf, percentile, runs, table, title, whole } from './bench.ts'
import { deliver } from './deliver.ts'
import { sendMails } from './loads.ts'
import { mayfly, peer, type Server } from './servers.ts'

const mailsARun = 100
const file = mailOf('2k')
const content = await Bun.file(file).text()
const send = (port: number, to: string) => deliver(port, to, content)

/** Milliseconds from connect to the 250, and to the waiting client's answer. */
async function arrive({ smtp, http }: Server, n: number): Promise<{ taken: number; answered: number }> {
  const to = `latency${n}@mayfly.test`
  const waiting = fetch(`http://127.0.0.1:${http}/mayfly/v1/mailboxes/${to}/wait?timeout=30`)
  await Bun.sleep(5)
  const began = performance.now()
  const taken = await send(smtp, to)
  await (await waiting).json()
  return { taken, answered: performance.now() - began }
}

type Spread = { p50: number; p99: number }
const spread = (numbers: number[]): Spread => ({ p50: percentile(numbers, 0.5), p99: percentile(numbers, 0.99) })

const single = new Measures<Spread>()
const fresh = new Measures<number>()
const labels = { discard: 'smtp-server, discarding', store: 'smtp-server, storing raw' } as const
const waiting = 'Mayfly: to the waiting client'

for (let run = 0; run < runs; run++) {
  for (const mode of ['discard', 'store'] as const) {
    const server = await peer(mode)
    const numbers: number[] = []
    for (let n = 0; n < 20; n++) numbers.push(await send(server.smtp, 'a@mayfly.test'))
    single.add(`${labels[mode]}: to its 250`, spread(numbers))
    const { rate } = await sendMails(server.smtp, { connections: 20, mails: 1000, file, mode: 'new' })
    fresh.add(labels[mode], rate)
    await server.stop()
  }
  const server = await mayfly()
  for (let n = 0; n < 20; n++) await arrive(server, n)
  const arrivals = []
  for (let n = 0; n < mailsARun; n++) arrivals.push(await arrive(server, 1000 + n))
  single.add('Mayfly: to its 250', spread(arrivals.map(({ taken }) => taken)))
  single.add(waiting, spread(arrivals.map(({ answered }) => answered)))
  const { rate } = await sendMails(server.smtp, { connections: 20, mails: 5000, file, mode: 'new' })
  fresh.add('Mayfly', rate)
  await server.stop()
}

title(`One 2k mail at a time, each on a new connection, idle server; medians of ${runs} runs`)
const p50 = (name: string) => single.median(name, (one) => one.p50)
table(
  ['from connect', 'p50 ms', 'p99 ms'],
  single.names.map((name) => [name, fixed(p50(name)), fixed(single.median(name, (one) => one.p99))]),
)
goal('from connect to the answer of a waiting client, p50', p50(waiting), { below: 15, unit: ' ms' })

title(`A new connection for each 2k mail, 20 at a time; medians of ${runs} runs`)
const rate = (name: string) => fresh.median(name, (one) => one)
table(
  ['server', 'mails/s', 'of raw'],
  fresh.names.map((name) => [name, whole(rate(name)), fixed(rate(name) / rate(labels.store))]),
)
goal('a new connection for each mail', rate('Mayfly'), { atLeast: 1500, unit: ' mails/s', digits: 0 })
