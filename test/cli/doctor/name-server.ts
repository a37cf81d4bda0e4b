// A real name server on loopback, which answers what a test gives it.
import { createSocket } from 'node:dgram'
import { type Answer, decode, encode } from 'dns-packet'

export type NameServer = {
  /** ADDRESS:PORT, as `[dns] nameservers` has it. */
  address: string
  asked: string[]
  [Symbol.asyncDispose]: () => Promise<void>
}

/** `records`: of each name; a name that is not there does not exist. `silent` names are never answered, `broken` ones with SERVFAIL. */
export async function nameServer(
  records: Record<string, Answer[]>,
  { silent = [], broken = [] }: { silent?: string[]; broken?: string[] } = {},
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (bytes, from) => {
    const query = decode(bytes)
    const [question] = query.questions ?? []
    if (!question || silent.includes(question.name)) return
    asked.push(`${question.type} ${question.name}`)
    const known = records[question.name]
    // RCODE: 0 no error, 2 SERVFAIL, 3 NXDOMAIN (RFC 1035 §4.1.1).
    const code = broken.includes(question.name) ? 2 : known ? 0 : 3
    const answers = code === 0 ? (known ?? []).filter(({ type }) => type === question.type) : []
    const answer = encode({ type: 'response', id: query.id ?? 0, flags: 0x180 | code, questions: [question], answers })
    socket.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}
