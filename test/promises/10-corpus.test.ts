// Promise 10: every mail of the corpus goes through SMTP and comes back byte for byte, digested within a second.
//
// Sent are the bytes of the file as they lie there, bare LFs and CRs and all, dots doubled as RFC 5321 §4.5.2 asks; where
// a file does not end in CRLF, one is added, since the end of data needs it. Compared is what was sent. The full size
// sends each mail once more with every line end made CRLF, as an honest client does.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { isHere, mails, read, withCrlf } from './corpus.ts'
import { figures, isFull, percentile } from './promise.ts'

type Sent = { name: string; bytes: Buffer }

const ended = (bytes: Buffer): Buffer =>
  bytes.toString('latin1').endsWith('\r\n') ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')])

/** What goes over the line: a dot at the begin of a line, which only CRLF ends, is doubled. */
const stuffed = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1')

test.if(isHere)(
  'promise 10: every mail of the corpus comes back byte for byte, digested within a second (skipped where ../shared/corpus is absent: it is read from there)',
  async () => {
    expect(mails.length).toBeGreaterThan(400)
    using directory = emptyDirectory()
    await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
    const talk = await Conversation.open(server.smtp)
    await talk.hear()
    await talk.say('EHLO corpus.test\r\n')
    const sent: Sent[] = mails.map((name) => ({ name, bytes: ended(read(name)) }))
    if (isFull) for (const name of mails) sent.push({ name: `${name} with CRLF`, bytes: ended(withCrlf(read(name))) })

    const milliseconds: number[] = []
    for (const [n, { name, bytes }] of sent.entries()) {
      await talk.say('MAIL FROM:<a@sender.test>\r\n')
      await talk.say(`RCPT TO:<mail-${n}@mayfly.test>\r\n`)
      await talk.say('DATA\r\n')
      const began = performance.now()
      talk.sendBytes(Buffer.concat([stuffed(bytes), Buffer.from('.\r\n')]))
      const answer = await talk.hear()
      const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1]
      expect([name, answer, id === undefined]).toEqual([name, expect.stringContaining('250 2.0.0'), false])
      const shown = await fetch(`${server.api}/messages/${id}`)
      expect([name, await shown.json()]).toEqual([
        name,
        expect.objectContaining({ digest: 'ready', size: bytes.length }),
      ])
      milliseconds.push(performance.now() - began)
      const raw = await fetch(`${server.api}/messages/${id}/raw`)
      expect([name, Buffer.from(await raw.arrayBuffer()).equals(bytes)]).toEqual([name, true])
    }
    talk.close()

    expect(Math.max(...milliseconds)).toBeLessThan(1000)
    const memory = highestMemory(server)
    expect(memory).toBeLessThan(512)
    expect(server.log()).toBe('')
    figures(
      `${sent.length} mails came back byte for byte, from the first byte to the digest in ${Math.round(percentile(milliseconds, 0.5))} ms (p50) and ${Math.round(Math.max(...milliseconds))} ms (worst), memory at most ${memory} MB`,
    )
  },
  300_000,
)

/** Megabytes of memory that it had at once, at most; 0 where the system does not say. */
function highestMemory({ pid }: Running): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}
