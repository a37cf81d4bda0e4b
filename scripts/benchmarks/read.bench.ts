// How many lists, messages and sources a second are read, from stores of three sizes. Half of a store's messages are in
// the mailbox that is read. Beside it: what the same HTTP server does for a route without any work.
import { fixed, goal, Measures, runs, table, title, whole } from './bench.ts'
import { filled } from './fill.ts'
import { type Load, request } from './loads.ts'
import { mayfly, untilAtRest } from './servers.ts'

const sizes = [1000, 100_000, 1_000_000]
const connections = 16
const seconds = 5
const baseline = 'GET /healthz'
const kinds = [baseline, 'list of 25', 'message', 'source']

const measures = new Measures<Load>()
const named = (what: string, size: number) => `${what}, ${whole(size)} stored`

for (const size of sizes) await filled(size)
for (let run = 0; run < runs; run++) {
  for (const size of sizes) {
    const { directory, many } = await filled(size)
    const server = await mayfly({ directory })
    await untilAtRest(server)
    const list = `/mayfly/v1/mailboxes/${many}/messages?limit=25`
    const page: { items: { id: string }[] } = JSON.parse(
      await (await fetch(`http://127.0.0.1:${server.http}${list}`)).text(),
    )
    if (page.items.length !== 25) throw new Error(`a list of ${page.items.length}`)
    const each = (ending: string) => page.items.map(({ id }) => `/mayfly/v1/messages/${id}${ending}`)
    const reads = [['/healthz'], [list], each(''), each('/raw')]
    for (const [n, what] of kinds.entries()) {
      const paths = reads[n] ?? []
      await request(server.http, { paths, connections, seconds: 1 })
      measures.add(named(what, size), await request(server.http, { paths, connections, seconds }))
    }
    await server.stop()
  }
}

title(`Reads over ${connections} connections that stay, ${seconds} s each, medians of ${runs} runs`)
const of = (name: string, what: keyof Load) => measures.median(name, (one) => one[what])
table(
  ['what', 'stored', 'requests/s', `of ${baseline}`, 'p50 ms', 'p99 ms', 'load generator, cores'],
  kinds.flatMap((what) =>
    sizes.map((size) => {
      const name = named(what, size)
      return [
        what,
        whole(size),
        whole(of(name, 'rate')),
        fixed(of(name, 'rate') / of(named(baseline, size), 'rate')),
        fixed(of(name, 'p50')),
        fixed(of(name, 'p99')),
        fixed(of(name, 'cpu')),
      ]
    }),
  ),
)
const [small, middle] = [named('list of 25', 1000), named('list of 25', 100_000)]
goal('list of 25 at 100,000 messages', of(middle, 'rate'), { atLeast: 5000, unit: ' requests/s', digits: 0 })
goal('list of 25 at 100,000 messages, p99', of(middle, 'p99'), { below: 10, unit: ' ms' })
goal('list of 25 at 1,000 messages, of the rate at 100,000', of(small, 'rate') / of(middle, 'rate'), { below: 1.5 })
