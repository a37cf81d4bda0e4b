// A raw conversation with an SMTP server: what is said goes out as it is, what is heard comes reply by reply.
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

export type Talk = {
  socket: () => Socket
  /** Sends these bytes or this text (UTF-8) as they are, in one piece. */
  send: (bytes: string | Uint8Array) => void
  /** Sends each on its own, a turn of the event loop apart. */
  drip: (pieces: Iterable<string | Uint8Array>) => Promise<void>
  /** The next whole reply, its lines joined by a newline; "" once the connection has ended. */
  hear: () => Promise<string>
  /** Says a line and answers the reply to it. */
  ask: (line: string) => Promise<string>
  /** All that still comes, until the connection ends. */
  rest: () => Promise<string>
  startTls: () => Promise<void>
  /** The handshake alone, with whatever has been said before. */
  secure: () => Promise<void>
  hangUp: () => void
}

/** `halfOpen`: our side stays open when theirs is closed. */
export type TalkOptions = { tls?: boolean; host?: string; from?: string; halfOpen?: boolean }

export async function talk(
  port: number,
  { tls = false, host = '127.0.0.1', from, halfOpen = false }: TalkOptions = {},
): Promise<Talk> {
  const plain = connect({
    host,
    port,
    allowHalfOpen: halfOpen,
    ...(from === undefined ? {} : { localAddress: from }),
  })
  plain.on('error', () => {})
  // Each piece goes out on its own.
  plain.setNoDelay(true)
  let socket: Socket = tls ? await secured(plain) : plain
  let buffered = ''
  let hasEnded = false
  let wake: () => void = () => {}
  const listen = (): void => {
    socket.on('data', (bytes: Buffer) => {
      buffered += bytes.toString('utf8')
      wake()
    })
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        hasEnded = true
        wake()
      })
    }
  }
  listen()
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve))

  const self: Talk = {
    socket: () => socket,
    send: (bytes) => void socket.write(bytes),
    drip: async (pieces) => {
      for (const piece of pieces) {
        socket.write(piece)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    hear: async () => {
      for (;;) {
        const [reply] = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(buffered) ?? []
        if (reply !== undefined) {
          buffered = buffered.slice(reply.length)
          return reply.replaceAll('\r', '').trimEnd()
        }
        if (hasEnded) return ''
        await changed()
      }
    },
    ask: (line) => {
      self.send(`${line}\r\n`)
      return self.hear()
    },
    rest: async () => {
      while (!hasEnded) await changed()
      const text = buffered
      buffered = ''
      return text
    },
    startTls: async () => {
      await self.ask('STARTTLS')
      await self.secure()
    },
    secure: async () => {
      socket.removeAllListeners('data')
      socket = await secured(plain)
      listen()
    },
    hangUp: () => void socket.destroy(),
  }
  return self
}

function secured(plain: Socket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: plain, rejectUnauthorized: false }, () => resolve(socket))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
  })
}

/** Greeted and past EHLO. */
export async function greeted(port: number, options: TalkOptions = {}): Promise<Talk> {
  const client = await talk(port, options)
  await client.hear()
  await client.ask('EHLO client.example')
  return client
}

/** Ready for the bytes of a mail. */
export async function inData(client: Talk, to = 'box@mayfly.test', from = 'a@sender.example'): Promise<void> {
  await client.ask(`MAIL FROM:<${from}>`)
  await client.ask(`RCPT TO:<${to}>`)
  await client.ask('DATA')
}
