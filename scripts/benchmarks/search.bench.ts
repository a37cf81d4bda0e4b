// How long a search takes for a mailbox with few and one with half of all messages, by whole words and by begun ones.
import { fixed, goal, Measures, runs, table, title, whole } from './bench.ts'
import { commonWord, everyWord, filled, rareWord } from './fill.ts'
import { type Load, request } from './loads.ts'
import { mayfly, untilAtRest } from './servers.ts'

const sizes = [1000, 200_000, 1_000_000]
const ofGoal = 200_000
const bound = 30
const seconds = 3

const rare = Array.from({ length: 50 }, (_, n) => rareWord(n))
const searches: Record<string, string[]> = {
  'a rare word': rare,
  'two words': rare.map((word) => `${commonWord} ${word}`),
  'a begun word, 2 letters': rare.map((word) => word.slice(0, 2)),
  'a begun word, 3 letters': rare.map((word) => word.slice(0, 3)),
  'a word of every mail': [everyWord],
}

const measures = new Measures<Load>()
const named = (size: number, who: string, what: string) => `${whole(size)} | ${who} | ${what}`

for (const size of sizes) await filled(size)
for (let run = 0; run < runs; run++) {
  for (const size of sizes) {
    const { directory, ...mailboxes } = await filled(size)
    const server = await mayfly({ directory })
    await untilAtRest(server)
    for (const [who, mailbox] of Object.entries(mailboxes)) {
      for (const [what, words] of Object.entries(searches)) {
        const paths = words.map(
          (word) => `/mayfly/v1/mailboxes/${mailbox}/messages?limit=25&q=${encodeURIComponent(word)}`,
        )
        await request(server.http, { paths, connections: 1, seconds: 0.5 })
        measures.add(named(size, who, what), await request(server.http, { paths, connections: 1, seconds }))
      }
    }
    await server.stop()
  }
}

title(`Searches, one at a time, ${seconds} s each, medians of ${runs} runs; "many" has half of the messages, "few" 100`)
const of = (name: string, what: keyof Load) => measures.median(name, (one) => one[what])
table(
  ['stored', 'mailbox', 'search', 'p50 ms', 'p99 ms'],
  measures.names.map((name) => [...name.split(' | '), fixed(of(name, 'p50')), fixed(of(name, 'p99'))]),
)
for (const who of ['few', 'many']) {
  for (const what of Object.keys(searches)) {
    const p99 = of(named(ofGoal, who, what), 'p99')
    goal(`search at ${whole(ofGoal)}, ${who}, ${what}, p99`, p99, { below: bound, unit: ' ms' })
  }
}
