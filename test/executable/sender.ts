// A sender that keeps a journal: for each mail that was answered with 250, its id and the checksum of what was sent.
import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { greeted } from '../smtp/talk.ts'

export type Sent = { id: string; to: string; checksum: string }

export const checksum = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Sends mails on one connection until it breaks or `stop` says so. Each mail is unlike any other, some are large.
 * `refused` is told each answer to RCPT or to a mail that is no yes.
 */
export async function keepSending(
  port: number,
  name: string,
  journal: Sent[],
  stop: () => boolean,
  refused: (answer: string) => void = () => {},
  { mostBytes = 2_000_000 } = {},
): Promise<void> {
  const talk = await Conversation.open(port)
  try {
    await talk.hear()
    await talk.say(`EHLO ${name}.test\r\n`)
    for (let n = 0; !stop(); n++) {
      const to = `${name}-${n % 5}@mayfly.test`
      // Every twentieth is stored in several pieces.
      const lines = Math.min(n % 20 === 19 ? 20_000 : n % 30, Math.floor(mostBytes / 72))
      const filler = `${'x'.repeat(70)}\r\n`.repeat(lines)
      const content = `From: ${name}@sender.test\r\nTo: ${to}\r\nSubject: ${name} ${n}\r\n\r\nmail ${n} of ${name}\r\n${filler}`
      await talk.say(`MAIL FROM:<${name}@sender.test>\r\n`)
      const may = await talk.say(`RCPT TO:<${to}>\r\n`)
      if (!may.startsWith('250')) {
        refused(may)
        await talk.say('RSET\r\n')
        await Bun.sleep(20)
        continue
      }
      await talk.say('DATA\r\n')
      const answer = await talk.say(`${content}.\r\n`)
      const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1]
      if (id) journal.push({ id, to, checksum: checksum(content) })
      else refused(answer)
    }
    await talk.say('QUIT\r\n')
  } catch (error) {
    if (!(error instanceof Broken)) throw error
  } finally {
    talk.close()
  }
}

/** The connection ended. */
class Broken extends Error {}

/** Lines to and from an SMTP server. */
export class Conversation {
  private text = ''
  private ended = false
  private woken = Promise.withResolvers<void>()

  private constructor(private readonly socket: Socket) {
    const wake = () => {
      this.woken.resolve()
      this.woken = Promise.withResolvers<void>()
    }
    socket.on('data', (bytes) => {
      this.text += bytes
      wake()
    })
    const end = () => {
      this.ended = true
      wake()
    }
    socket.on('close', end)
    socket.on('error', end)
  }

  static async open(port: number): Promise<Conversation> {
    return new Conversation(connect(port, '127.0.0.1'))
  }

  /** Sends, and answers the last line of the reply. Throws when the connection ends. */
  async say(line: string): Promise<string> {
    this.send(line)
    return this.hear()
  }

  send(text: string): void {
    if (!this.ended) this.socket.write(text)
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.ended) this.socket.write(bytes)
  }

  async hear(): Promise<string> {
    for (;;) {
      const line = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(this.text)
      if (line) {
        this.text = this.text.slice(line[0].length)
        return line[1] ?? ''
      }
      if (this.ended) throw new Broken('the connection ended')
      await this.woken.promise
    }
  }

  close(): void {
    this.socket.destroy()
  }
}

/** Sends one mail to an address. Answers what is said to RCPT, and to the mail where that is taken. */
export async function sendTo({ smtp }: { smtp: number }, to: string, text = 'Hello.'): Promise<string> {
  const client = await greeted(smtp)
  await client.ask('MAIL FROM:<a@sender.test>')
  const taken = await client.ask(`RCPT TO:<${to}>`)
  if (!taken.startsWith('250')) return taken
  await client.ask('DATA')
  return client.ask(`Subject: Hi\r\n\r\n${text}\r\n.`)
}
