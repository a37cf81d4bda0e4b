// Promise 2: the order of fsync and 250, seen from outside the process.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { emptyDirectory, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { figures, size } from './promise.ts'
import { type Call, callsIn, fileOf, noStrace, traced } from './strace.ts'

const connections = size(6, 40)
const mailsEach = size(8, 25)
const calls = [
  'openat',
  'pwrite64',
  'pwritev',
  'pwritev2',
  'fsync',
  'fdatasync',
  'rename',
  'renameat',
  'renameat2',
  'write',
  'writev',
  'sendto',
  'sendmsg',
  'sendmmsg',
]

type Acknowledged = { id: string; marks: string[] }

/** Each mark is unlike all others; it stands three times side by side, so that one is whole wherever a page ends. */
const mark = (): string => `mark-${crypto.randomUUID()}`
const shown = (text: string): string => `${`${text} `.repeat(3)}\r\n`

async function send(port: number, name: string, mails: number): Promise<Acknowledged[]> {
  const talk = await Conversation.open(port)
  await talk.hear()
  await talk.say('EHLO x.test\r\n')
  const all: Acknowledged[] = []
  for (let n = 0; n < mails; n++) {
    // One of each connection is stored in several pieces.
    const marks = n === 2 ? [mark(), mark(), mark()] : [mark()]
    const between = `${'x'.repeat(98)}\r\n`.repeat(n === 2 ? 9000 : n * 3)
    await talk.say('MAIL FROM:<a@sender.test>\r\n')
    await talk.say(`RCPT TO:<${name}@mayfly.test>\r\n`)
    await talk.say('DATA\r\n')
    const answer = await talk.say(`Subject: ${name}\r\n\r\n${marks.map(shown).join(between)}${between}.\r\n`)
    all.push({ id: /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1] ?? answer, marks })
  }
  talk.close()
  return all
}

/** The frame that ends a transaction: its header's second number, the size of the database, is not zero. */
const isCommit = ({ text }: Call): boolean => {
  const header = /^\d+<[^>]*>, "(.*)", 24, \d+ *\)/s.exec(text)?.[1]
  return (
    header !== undefined &&
    bytesOf(header)
      .subarray(4, 8)
      .some((byte) => byte !== 0)
  )
}

function bytesOf(escaped: string): Uint8Array {
  const simple: Record<string, number> = { n: 10, r: 13, t: 9, v: 11, f: 12, '"': 34, '\\': 92 }
  const bytes = [...escaped.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/gs)].map(([, octal, letter, plain]) =>
    octal === undefined
      ? letter === undefined
        ? (plain ?? '').charCodeAt(0)
        : (simple[letter] ?? 0)
      : Number.parseInt(octal, 8),
  )
  return Uint8Array.from(bytes)
}

// Skipped where noStrace says why.
test.skipIf(noStrace !== null)(
  `promise 2: each 250 follows an fsync of all that its mail needs, with ${connections} connections at once`,
  async () => {
    using directory = emptyDirectory()
    const trace = join(directory.path, 'trace')
    await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' }, traced(trace, calls))
    const sent = await Promise.all(
      Array.from({ length: connections }, (_, n) => send(server.smtp, `box${n}`, mailsEach)),
    )
    expect(await server.end('SIGTERM')).toBe(0)

    const seen = await callsIn(trace)
    const ofLog = seen.filter((call) => fileOf(call).endsWith('/mayfly.db-wal'))
    const writes = ofLog.filter(({ name }) => name.startsWith('pwrite'))
    // A frame is two writes, its header and its page: a transaction is written when the page of its last one is.
    const commits = writes.filter((_, n) => n > 0 && isCommit(writes[n - 1] ?? none))
    const syncs = ofLog.filter(({ name, result }) => (name === 'fsync' || name === 'fdatasync') && result === '0')
    const answers = seen.filter(({ text }) => /^\d+<(socket|TCP)/.test(text) && text.includes('250 2.0.0 '))
    const groups = new Set<Call>()
    for (const { id, marks } of sent.flat()) {
      const answer = answers.find(({ text }) => text.includes(`250 2.0.0 ${id}`))
      const written = marks.map((text) => writes.find((write) => write.text.includes(text)))
      const last = Math.max(...written.map((write) => write?.ended ?? Number.POSITIVE_INFINITY))
      const commit = commits.find(({ ended }) => ended >= last)
      const sync = syncs.find(({ began }) => began > (commit?.ended ?? Number.POSITIVE_INFINITY))
      if (commit) groups.add(commit)
      const places = [last, commit?.ended, sync?.began, sync?.ended, answer?.began].map((at) => at ?? Number.NaN)
      expect({ id, places, inOrder: inOrder(places) }).toEqual({ id, places, inOrder: true })
    }
    newFilesAreNamed(seen)
    const mails = sent.flat().length
    expect(groups.size).toBeLessThan(mails)
    figures(`${mails} mails in ${groups.size} commits, each 250 after its fsync`)
  },
  600_000,
)

const none: Call = { thread: '', name: '', text: '', began: 0, ended: 0, result: '' }

const inOrder = (places: readonly number[]): boolean =>
  places.every((at, n) => Number.isFinite(at) && (places[n - 1] ?? 0) <= at)

/** A file that was made is made durable under its name before the first mail is acknowledged. */
function newFilesAreNamed(seen: readonly Call[]): void {
  const first = seen.find(({ text }) => text.includes('250 2.0.0 '))?.began ?? 0
  for (const file of ['mayfly.db', 'mayfly.db-wal']) {
    const made = seen.find(
      ({ name, text }) => name === 'openat' && text.includes(`/${file}"`) && text.includes('O_CREAT'),
    )
    const named = seen.find(
      ({ name, text, began, ended, result }) =>
        name === 'fsync' &&
        /mayfly-data> *\)/.test(text) &&
        result === '0' &&
        began > (made?.ended ?? 0) &&
        ended < first,
    )
    expect({ file, made: made !== undefined, named: named !== undefined }).toEqual({ file, made: true, named: true })
  }
  for (const file of ['smtp-key.pem', 'smtp-cert.pem']) {
    const renamed = seen.find(({ name, text }) => name.startsWith('rename') && text.includes(`/${file}"`))
    const synced = seen.find((call) => call.name === 'fsync' && fileOf(call).includes(`/${file}.`))
    expect(synced?.ended).toBeLessThan(renamed?.began ?? 0)
  }
}
