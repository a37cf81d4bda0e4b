// One question to one name server: over UDP, and over TCP where the answer was cut short (RFC 1035 §4.2, RFC 7766).
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { DecodedPacket, RecordType } from 'dns-packet'

export type Server = { host: string; port: number }

export type Question = { name: string; type: RecordType }

/** RFC 1035 §4.1.1, bits of the second 16. */
const wantsRecursion = 0x0100
const codeBits = 0x000f
const longestTcp = 65_535

/** What a name server says of a question: answered (0), no such name (3), or why it does not answer (RFC 1035 §4.1.1). */
export const codeOf = ({ flags = 0 }: DecodedPacket): number => flags & codeBits
export const answered = 0
export const noSuchName = 3

// Few servers ask, and those that do not need no reader of DNS in memory.
const packets = () => import('dns-packet')

/**
 * The answer to this very question; what is none (another id, another question, no DNS at all) is let pass. Throws where
 * none can come; ends with `signal`. `id`: 16 bits that nobody can guess, as the port is.
 */
export async function exchange(
  server: Server,
  question: Question,
  id: number,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  const { encode, decode } = await packets()
  const query = encode({ type: 'query', id, flags: wantsRecursion, questions: [question] })
  const read = (bytes: Uint8Array): DecodedPacket | null => {
    try {
      const packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      return answers(packet, question, id) ? packet : null
    } catch {
      return null
    }
  }
  const answer = await overUdp(server, query, read, signal)
  return answer.flag_tc ? overTcp(server, query, read, signal) : answer
}

function answers(packet: DecodedPacket, { name, type }: Question, id: number): boolean {
  if (packet.type !== 'response' || packet.id !== id) return false
  const [asked, ...more] = packet.questions ?? []
  // One that could not even read the question has none to repeat.
  if (!asked) return ![answered, noSuchName].includes(codeOf(packet))
  return more.length === 0 && asked.type === type && asked.name.toLowerCase() === name.toLowerCase()
}

type Read = (bytes: Uint8Array) => DecodedPacket | null

function overUdp({ host, port }: Server, query: Uint8Array, read: Read, signal: AbortSignal): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>()
  // A port of its own, that the system chooses; connected, it hears that one server only.
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const stop = (): void => reject(new Error('no answer came in time'))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  socket.on('error', reject)
  socket.on('message', (bytes) => {
    const answer = read(bytes)
    if (answer) resolve(answer)
  })
  socket.connect(port, host, () => {
    if (!signal.aborted) socket.send(query)
  })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    socket.close()
  })
}

function overTcp({ host, port }: Server, query: Uint8Array, read: Read, signal: AbortSignal): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>()
  const socket = connect(port, host)
  const stop = (): void => reject(new Error('no answer came in time'))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  let heard: Buffer = Buffer.alloc(0)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the name server hung up')))
  socket.on('connect', () => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.byteLength)
    socket.write(Buffer.concat([length, query]))
  })
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, Buffer.from(bytes)])
    const length = heard.byteLength < 2 ? longestTcp : heard.readUInt16BE()
    if (heard.byteLength < 2 + length) return
    const answer = read(heard.subarray(2, 2 + length))
    if (answer && !answer.flag_tc) resolve(answer)
    else reject(new Error('the name server answered something else over TCP'))
  })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  })
}
