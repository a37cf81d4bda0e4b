// How long one mail takes on an idle server: from connect, on a new connection, to its 250 and, in Mayfly, to the answer
// of a client that waits for it. Then a new connection for each mail, 20 at a time.
import { connect } from 'node:net'
import { fixed, load, mailOf, mayfly, median, peer, runs, type Server, table, whole } from './bench.ts'

const mailsARun = 100
const content = (await Bun.file(mailOf('2k')).text()).replace(/^\./gm, '..').replace(/\r?\n?$/, '\r\n.\r\n')

/** Milliseconds from connect to the 250 of the data. */
function send(port: number, to: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const socket = connect(port, '127.0.0.1')
    const lines = ['EHLO load.test\r\n', 'MAIL FROM:<a@sender.test>\r\n', `RCPT TO:<${to}>\r\n`, 'DATA\r\n', content]
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
      if (!/^\d{3} .*\r\n$/m.test(text)) return
      text = ''
      const line = lines.shift()
      if (line !== undefined) socket.write(line)
      else {
        resolve(performance.now() - began)
        socket.end('QUIT\r\n')
      }
    })
    socket.on('error', reject)
  })
}

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

const percentile = (numbers: number[], share: number) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length * share)] ?? 0

const single = new Map<string, { p50: number; p99: number }[]>()
const note = (name: string, numbers: number[]) => {
  const list = single.get(name) ?? []
  single.set(name, list)
  list.push({ p50: percentile(numbers, 0.5), p99: percentile(numbers, 0.99) })
}
const fresh = new Map<string, number[]>()
const labels = { discard: 'smtp-server, discarding', store: 'smtp-server, storing raw' } as const

for (let run = 0; run < runs; run++) {
  for (const mode of ['discard', 'store'] as const) {
    const server = await peer(mode)
    const numbers: number[] = []
    for (let n = 0; n < 20; n++) numbers.push(await send(server.smtp, 'a@mayfly.test'))
    note(`${labels[mode]}: to its 250`, numbers)
    const rate = await load(server.smtp, { connections: 20, mails: 1000, file: mailOf('2k'), mode: 'new' })
    fresh.set(labels[mode], [...(fresh.get(labels[mode]) ?? []), rate.rate])
    await server.stop()
  }
  const server = await mayfly()
  for (let n = 0; n < 20; n++) await arrive(server, n)
  const arrivals = []
  for (let n = 0; n < mailsARun; n++) arrivals.push(await arrive(server, 1000 + n))
  note(
    'Mayfly: to its 250',
    arrivals.map(({ taken }) => taken),
  )
  note(
    'Mayfly: to the waiting client',
    arrivals.map(({ answered }) => answered),
  )
  const rate = await load(server.smtp, { connections: 20, mails: 5000, file: mailOf('2k'), mode: 'new' })
  fresh.set('Mayfly', [...(fresh.get('Mayfly') ?? []), rate.rate])
  await server.stop()
}

console.log(`\nOne 2k mail at a time, each on a new connection, idle server; medians of ${runs} runs`)
table(
  ['from connect', 'p50 ms', 'p99 ms'],
  [...single].map(([name, list]) => [
    name,
    fixed(median(list.map(({ p50 }) => p50))),
    fixed(median(list.map(({ p99 }) => p99))),
  ]),
)
console.log(`\nA new connection for each 2k mail, 20 at a time; medians of ${runs} runs`)
const stored = median(fresh.get(labels.store) ?? [])
table(
  ['server', 'mails/s', 'of raw'],
  [...fresh].map(([name, rates]) => [name, whole(median(rates)), fixed(median(rates) / stored)]),
)
