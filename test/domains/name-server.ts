// A real name server on loopback, over UDP and TCP, which answers what a test gives it and changes while it runs.
import { createSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { type Answer, type DecodedPacket, decode, encode, type RecordType } from 'dns-packet'

export type Zone = Record<string, Answer[]>

/** What is wrong with its answers about a name. `cut`: those over UDP, `cut-always`: over TCP too. */
export type Fault =
  | 'silent'
  | 'servfail'
  | 'formerr'
  | 'refused'
  | 'cut'
  | 'cut-always'
  | 'wrong-id'
  | 'wrong-question'
  | 'garbage'
  | 'referral'
  | { slowMs: number }
  /** No such name, for these types only. */
  | { nxdomain: RecordType[] }

export type NameServer = {
  /** ADDRESS:PORT, as `[dns] nameservers` has it. */
  address: string
  /** TYPE NAME of each question over UDP; those over TCP begin with `tcp `. */
  asked: string[]
  /** The records of each name; a name that is not there does not exist. A test may change them at any time. */
  zone: Zone
  faults: Record<string, Fault>
  /** Questions on their way at once, at most. */
  mostAtOnce: () => number
  [Symbol.asyncDispose]: () => Promise<void>
}

// RFC 1035 §4.1.1: recursion available, desired; truncated; codes.
const usual = 0x180
const truncated = 0x200
const codes = { formerr: 1, servfail: 2, nxdomain: 3, refused: 5 } as const

/** `silent` names are never answered, `broken` ones with SERVFAIL. */
export async function nameServer(
  zone: Zone = {},
  {
    silent = [],
    broken = [],
    faults = {},
  }: { silent?: string[]; broken?: string[]; faults?: Record<string, Fault> } = {},
): Promise<NameServer> {
  const asked: string[] = []
  const all: Record<string, Fault> = { ...faults }
  for (const name of silent) all[name] = 'silent'
  for (const name of broken) all[name] = 'servfail'
  let atOnce = 0
  let most = 0

  /** The bytes of an answer; null: none comes. */
  async function answer(query: DecodedPacket, over: 'udp' | 'tcp'): Promise<Uint8Array | null> {
    const [question] = query.questions ?? []
    if (!question) return null
    const name = question.name.toLowerCase()
    const fault = all[name]
    const known = zone[name]
    asked.push(`${over === 'tcp' ? 'tcp ' : ''}${question.type} ${name}`)
    most = Math.max(most, ++atOnce)
    if (typeof fault === 'object' && 'slowMs' in fault) await Bun.sleep(fault.slowMs)
    else await new Promise((turn) => setImmediate(turn))
    atOnce--
    if (fault === 'silent') return null
    if (fault === 'garbage') return Buffer.from([1, 2, 3])
    const denied = typeof fault === 'object' && 'nxdomain' in fault && fault.nxdomain.includes(question.type)
    const code =
      fault === 'servfail' || fault === 'formerr' || fault === 'refused'
        ? codes[fault]
        : known && !denied
          ? 0
          : codes.nxdomain
    const isCut = fault === 'cut-always' || (fault === 'cut' && over === 'udp')
    const answers = (code === 0 ? (known ?? []) : []).filter(({ type }) => type === question.type || type === 'CNAME')
    const id = query.id ?? 0
    const packet = encode({
      type: 'response',
      id: fault === 'wrong-id' ? (id + 1) % 65_536 : id,
      flags: fault === 'referral' ? 0 : usual | code | (isCut ? truncated : 0),
      questions: [fault === 'wrong-question' ? { ...question, name: `other.${name}` } : question],
      answers: isCut || fault === 'referral' ? [] : answers,
      authorities: fault === 'referral' ? [{ type: 'NS', name, data: `ns.${name}` }] : [],
    })
    // What does not fit is cut, as a real one does.
    if (over === 'udp' && packet.byteLength > 512) {
      return encode({ type: 'response', id, flags: usual | truncated, questions: [question] })
    }
    return packet
  }

  const tcp = await listening(answer)
  const { port } = tcp
  const socket = createSocket('udp4')
  let isOpen = true
  socket.on('message', async (bytes, from) => {
    const said = await answer(decode(bytes), 'udp')
    if (said && isOpen) socket.send(said, from.port, from.address)
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.bind(port, '127.0.0.1', resolve)
  })
  return {
    address: `127.0.0.1:${port}`,
    asked,
    zone,
    faults: all,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: async () => {
      isOpen = false
      tcp.stop()
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
}

async function listening(
  answer: (query: DecodedPacket, over: 'tcp') => Promise<Uint8Array | null>,
): Promise<{ port: number; stop: () => void }> {
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    let heard = Buffer.alloc(0)
    socket.on('data', async (bytes) => {
      heard = Buffer.concat([heard, Buffer.from(bytes)])
      if (heard.byteLength < 2 || heard.byteLength < 2 + heard.readUInt16BE()) return
      const said = await answer(decode(heard.subarray(2)), 'tcp')
      if (!said) return
      const length = Buffer.alloc(2)
      length.writeUInt16BE(said.byteLength)
      socket.end(Buffer.concat([length, said]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  return {
    port: typeof at === 'object' && at ? at.port : 0,
    stop: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

export const txt = (name: string, ...strings: (string | Buffer)[]): Answer => ({ type: 'TXT', name, data: strings })
export const mx = (name: string, exchange: string, preference = 10): Answer => ({
  type: 'MX',
  name,
  data: { preference, exchange },
})
export const a = (name: string, data: string): Answer => ({ type: 'A', name, data })
export const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, data })
export const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data })
