// How many mails a second are durably taken, and how many digested and found by a search: 20 connections, lockstep,
// beside the same smtp-server discarding them and storing their raw bytes, and beside MailDev, which keeps them in
// memory. Runs take turns, so that a slow moment of the machine hits all alike.
import { fixed, goal, Measures, mailOf, runs, table, title, whole } from './bench.ts'
import { filled } from './fill.ts'
import { type Load, sendMails } from './loads.ts'
import { untilFound } from './searchable.ts'
import { maildev, mayfly, mayflyWithoutDigests, peer, type Server } from './servers.ts'

const raw = 'smtp-server, storing raw'
const ours = 'Mayfly'
const undigested = 'Mayfly, no digests (from sources)'
const onNode = 'MailDev on Node'
const onBun = 'MailDev on Bun'
const stored = [1000, 100_000, 1_000_000]
const named = (count: number) => `Mayfly, ${whole(count)} stored`

type Taken = Load & {
  /** Mails a second from the first `MAIL` until the last is digested and found. */
  searchable: number
}
type Contender = { start: () => Promise<Server | null>; mails: number }

async function compare(size: '2k' | '50k', contenders: Record<string, Contender>): Promise<Measures<Taken>> {
  const measures = new Measures<Taken>()
  const file = mailOf(size)
  for (let run = 0; run < runs; run++) {
    for (const [name, { start, mails }] of Object.entries(contenders)) {
      const server = await start()
      if (server === null) continue
      await sendMails(server.smtp, { connections: 20, mails: 500, file })
      const digests = server.http > 0 && name.startsWith('Mayfly') && name !== undigested
      if (digests) await untilFound(server, 500)
      const began = performance.now()
      const load = await sendMails(server.smtp, { connections: 20, mails, file })
      if (digests) await untilFound(server, mails)
      const searchable = digests ? (mails * 1000) / (performance.now() - began) : Number.NaN
      measures.add(name, { ...load, searchable })
      await server.stop()
    }
  }
  return measures
}

function show(measures: Measures<Taken>): void {
  const of = (name: string, what: keyof Taken) => measures.median(name, (one) => one[what])
  table(
    ['server', 'mails/s', 'of raw', 'digested and found/s', 'p50 ms', 'p99 ms', 'load generator, cores'],
    measures.names.map((name) => [
      name,
      whole(of(name, 'rate')),
      fixed(of(name, 'rate') / of(raw, 'rate')),
      whole(of(name, 'searchable')),
      fixed(of(name, 'p50')),
      fixed(of(name, 'p99')),
      fixed(of(name, 'cpu')),
    ]),
  )
}

const contenders = (mails: number, ofMaildev: number): Record<string, Contender> => ({
  'smtp-server, discarding': { start: () => peer('discard'), mails },
  [raw]: { start: () => peer('store'), mails },
  [ours]: { start: () => mayfly(), mails },
  [undigested]: { start: () => mayflyWithoutDigests(), mails },
  [onNode]: { start: () => maildev('node'), mails: ofMaildev },
  [onBun]: { start: () => maildev('bun'), mails: ofMaildev },
})

const small = await compare('2k', contenders(20_000, 5000))
title(`2k mails, 20 connections, 20,000 mails a run (MailDev: 5,000), medians of ${runs} runs`)
show(small)
const rate = (name: string) => small.median(name, (one) => one.rate)
const searchable = small.median(ours, (one) => one.searchable)
goal('2k, taken, of raw storing', rate(ours) / rate(raw), { atLeast: 0.9 })
goal("2k, taken, of MailDev's (Node)", rate(ours) / rate(onNode), { atLeast: 6 })
goal('2k, digested and found', searchable, { atLeast: 1500, unit: '/s', digits: 0 })
goal("2k, digested and found, of MailDev's (Node)", searchable / rate(onNode), { atLeast: 2.5 })
goal('2k, taken with digests, of that without', rate(ours) / rate(undigested), { atLeast: 0.67 })

const large = await compare('50k', contenders(6000, 1000))
title(`50k mails, 20 connections, 6,000 mails a run (MailDev: 1,000), medians of ${runs} runs`)
show(large)
const ofRaw = large.median(ours, (one) => one.rate) / large.median(raw, (one) => one.rate)
goal('50k, taken, of raw storing', ofRaw, { atLeast: 0.9 })

const before: Record<string, Contender> = { [raw]: { start: () => peer('store'), mails: 20_000 } }
for (const count of stored) {
  const { directory } = await filled(count)
  before[named(count)] = { start: () => mayfly({ directory }), mails: 20_000 }
}
const full = await compare('2k', before)
title(`2k mails into stores that hold some, 20 connections, 20,000 mails a run, medians of ${runs} runs`)
show(full)
