// Megabytes in memory (Linux): idle, after 100,000 mails, and at most while 100 mails of 25 MB come in at once, each of
// which is then read back and compared.
import { fixed, goal, Measures, madeMail, mailOf, runs, table, title } from './bench.ts'
import { sendMails } from './loads.ts'
import { untilFound } from './searchable.ts'
import { mayfly, megabytes, type Server } from './servers.ts'

const mails = 100_000
const largeMails = 100
const largeBytes = 25_000_000
const measures = new Measures<number>()
const idle = 'idle, a few seconds after the start'
const after = `after ${mails} mails of 2k`
const digested = 'when all of them are digested'
const rested = 'after a minute of rest'
const largest = `at most, with ${largeMails} mails of 25 MB at once`

for (let run = 0; run < runs; run++) {
  const server = await mayfly()
  await Bun.sleep(3000)
  measures.add(idle, megabytes(server, 'VmRSS'))
  await sendMails(server.smtp, { connections: 20, mails, file: mailOf('2k') })
  measures.add(after, megabytes(server, 'VmRSS'))
  await untilFound(server, mails)
  measures.add(digested, megabytes(server, 'VmRSS'))
  await Bun.sleep(60_000)
  measures.add(rested, megabytes(server, 'VmRSS'))
  await server.stop()
}

const file = madeMail(largeBytes)
for (let run = 0; run < runs; run++) {
  const server = await mayfly()
  // An address each: what lies unclaimed at one has a bound.
  await sendMails(server.smtp, { connections: largeMails, mails: largeMails, file, addresses: largeMails })
  await assertWhole(server)
  measures.add(largest, megabytes(server, 'VmHWM'))
  await server.stop()
}

/** Every mail is there, byte for byte. */
async function assertWhole({ http }: Server): Promise<void> {
  const api = `http://127.0.0.1:${http}/mayfly/v1`
  const wanted = new Bun.CryptoHasher('sha256').update(await Bun.file(file).bytes()).digest('hex')
  for (let n = 0; n < largeMails; n++) {
    const answer = await fetch(`${api}/mailboxes/load${n}@mayfly.test/messages`)
    const { items }: { items: { id: string }[] } = JSON.parse(await answer.text())
    const bytes = await (await fetch(`${api}/messages/${items[0]?.id}/raw`)).bytes()
    const found = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
    if (items.length !== 1 || found !== wanted) throw new Error(`the mail for load${n} was lost or changed`)
  }
}

title(`Megabytes in memory, medians of ${runs} runs`)
const of = (name: string) => measures.median(name, (one) => one)
table(
  ['when', 'MB', 'in each run'],
  measures.names.map((name) => [
    name,
    fixed(of(name), 0),
    measures
      .of(name)
      .map((one) => fixed(one, 0))
      .join(', '),
  ]),
)
for (const [name, below] of [
  [idle, 90],
  [after, 200],
  [digested, 200],
  [rested, 200],
  [largest, 512],
] as const)
  goal(`memory ${name}`, of(name), { below, unit: ' MB', digits: 0 })
console.log(`all ${largeMails} large mails were read back byte for byte in each run`)
