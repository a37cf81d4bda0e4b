// Whether the world reaches this server at its own addresses: the one connection to port 25 that Mayfly ever opens.
import { connect } from 'node:net'
import type { Config } from '../../config/schema.ts'
import type { Status } from '../../control/verb.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, note, wrong } = findingsOf('reach')

const patienceMs = 5000
const mailPort = 25

export async function reach(
  { public_addresses, hostname }: Pick<Config['smtp'], 'public_addresses' | 'hostname'>,
  running: Status | null,
  port = mailPort,
): Promise<Finding[]> {
  if (public_addresses.length === 0) return []
  if (!running) return [note('whether port 25 can be reached is looked at while the server runs')]
  return Promise.all(
    public_addresses.map(async (address) => {
      const heard = await greetingAt(address, port)
      if ('failed' in heard) {
        return wrong(
          `port ${port} of ${address} cannot be reached from here: ${heard.failed}`,
          'let it through the firewall and lead it to smtp.listen; ask the provider to open port 25. Some routers lead nothing back in: then look from outside',
        )
      }
      if (heard.said.split(' ')[1]?.toLowerCase() === hostname) return ok(`port ${port} of ${address} leads here`)
      return wrong(
        `at port ${port} of ${address} another server answers: ${heard.said}`,
        `have the address lead to this server, whose name is ${hostname}`,
      )
    }),
  )
}

type Heard = { said: string } | { failed: string }

/** The first line that the server there says. */
function greetingAt(host: string, port: number): Promise<Heard> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ host, port })
    const end = (heard: Heard): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(heard)
    }
    const timer = setTimeout(() => end({ failed: 'no answer came in time' }), patienceMs)
    socket.on('error', (error) => end({ failed: 'code' in error ? String(error.code) : error.message }))
    socket.on('close', () => end({ failed: 'the connection ended' }))
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      // RFC 5321 §4.5.3.1.5: a line has 512 octets at most.
      if (text.length > 512 || text.includes('\n')) end({ said: (text.split(/\r?\n/)[0] ?? '').slice(0, 200) })
    })
  })
}
