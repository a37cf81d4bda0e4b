// How many mails a second are durably taken when an fsync takes 5 ms, and how long a list takes meanwhile. Linux with a
// C compiler: a library that is loaded first makes each fsync slow.
import { join } from 'node:path'
import { fixed, goal, Measures, mailOf, runs, scratch, table, title, whole } from './bench.ts'
import { type Load, request, sendMails } from './loads.ts'
import { mayfly, peer, type Server } from './servers.ts'

const fsyncMs = 5
const library = join(scratch, 'slow-fsync.so')
const compiling = Bun.spawn(['cc', '-shared', '-fPIC', '-O2', '-o', library, join(import.meta.dir, 'slow-fsync.c')], {
  stderr: 'inherit',
})
if ((await compiling.exited) !== 0) throw new Error('slow-fsync.c could not be compiled')

const env = { LD_PRELOAD: library, SLOW_FSYNC_MS: String(fsyncMs) }
const file = mailOf('2k')
const servers = {
  'smtp-server, storing raw': () => peer('store', { env }),
  Mayfly: () => mayfly({ env }),
}
const loads = [
  { connections: 20, mails: 6000, atLeast: 1000 },
  { connections: 200, mails: 20_000, atLeast: 3000 },
]
const measures = new Measures<Load>()
const named = (name: string, connections: number) => `${name}, ${connections} connections`

for (let run = 0; run < runs; run++) {
  for (const [name, start] of Object.entries(servers)) {
    const server = await start()
    await assertSlow(server)
    await sendMails(server.smtp, { connections: 20, mails: 2000, file })
    for (const { connections, mails } of loads) {
      const sending = sendMails(server.smtp, { connections, mails, file })
      const reading = server.http === 0 ? null : listing(server, sending)
      measures.add(named(name, connections), await sending)
      if (reading) measures.add(named('list', connections), await reading)
    }
    await server.stop()
  }
}

/** One mail after the other can't be faster than its fsync: else the library was not in between. */
async function assertSlow({ smtp }: Server): Promise<void> {
  const { p50 } = await sendMails(smtp, { connections: 1, mails: 20, file })
  if (p50 < fsyncMs) throw new Error(`a mail took ${p50} ms: its fsync was not slowed down`)
}

/** A list of 25 every few milliseconds, for as long as mails are sent. */
function listing({ http }: Server, during: Promise<unknown>): Promise<Load> {
  const paths = ['/mayfly/v1/mailboxes/load1@mayfly.test/messages']
  return request(http, { paths, connections: 1, seconds: 600, pause: 5, during })
}

title(`2k mails, each fsync ${fsyncMs} ms longer, medians of ${runs} runs`)
const raw = Object.keys(servers)[0] ?? ''
table(
  ['server', 'connections', 'mails/s', 'of raw', 'p50 ms', 'p99 ms', 'a list meanwhile, p50 ms', 'p99 ms'],
  loads.flatMap(({ connections }) =>
    Object.keys(servers).map((name) => {
      const of = (what: keyof Load) => measures.median(named(name, connections), (one) => one[what])
      const list = (what: keyof Load) =>
        name === 'Mayfly' ? measures.median(named('list', connections), (one) => one[what]) : Number.NaN
      return [
        name,
        connections,
        whole(of('rate')),
        fixed(of('rate') / measures.median(named(raw, connections), ({ rate }) => rate)),
        fixed(of('p50')),
        fixed(of('p99')),
        fixed(list('p50')),
        fixed(list('p99')),
      ]
    }),
  ),
)
for (const { connections, atLeast } of loads) {
  const rate = measures.median(named('Mayfly', connections), (one) => one.rate)
  const p99 = measures.median(named('list', connections), (one) => one.p99)
  goal(`fsync of ${fsyncMs} ms, ${connections} connections`, rate, { atLeast, unit: ' mails/s', digits: 0 })
  goal(`a list meanwhile, ${connections} connections, p99`, p99, { below: 20, unit: ' ms' })
}
