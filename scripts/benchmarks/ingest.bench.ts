// How many mails a second are durably taken: 20 connections, lockstep, beside the same smtp-server discarding them and
// storing their raw bytes. Runs take turns, so that a slow moment of the machine hits all alike.
import { fixed, type Load, load, mailOf, mayfly, median, peer, runs, table, whole } from './bench.ts'

const servers = {
  'smtp-server, discarding': () => peer('discard'),
  'smtp-server, storing raw': () => peer('store'),
  Mayfly: () => mayfly(),
}
const raw = 'smtp-server, storing raw'

for (const { size, mails } of [
  { size: '2k', mails: 20_000 },
  { size: '50k', mails: 6000 },
] as const) {
  const results = new Map<string, Load[]>(Object.keys(servers).map((name) => [name, []]))
  for (let run = 0; run < runs; run++) {
    for (const [name, start] of Object.entries(servers)) {
      const server = await start()
      const file = mailOf(size)
      await load(server.smtp, { connections: 20, mails: 500, file })
      results.get(name)?.push(await load(server.smtp, { connections: 20, mails, file }))
      await server.stop()
    }
  }
  const rate = (name: string) => median(results.get(name)?.map((one) => one.rate) ?? [])
  console.log(`\n${size} mails, 20 connections, ${mails} mails a run, medians of ${runs} runs`)
  table(
    ['server', 'mails/s', 'of raw', 'p50 ms', 'p99 ms', 'load generator, cores'],
    [...results].map(([name, loads]) => [
      name,
      whole(rate(name)),
      fixed(rate(name) / rate(raw)),
      fixed(median(loads.map((one) => one.p50))),
      fixed(median(loads.map((one) => one.p99))),
      fixed(median(loads.map((one) => one.cpu))),
    ]),
  )
}
