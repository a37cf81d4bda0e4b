// Whether the server can have its ports, or has them.
import { createServer } from 'node:net'
import { cannotListen } from '../../cannot-start.ts'
import { type Listen, parseListen } from '../../config/listen.ts'
import type { Config } from '../../config/schema.ts'
import type { Status } from '../../control/verb.ts'
import { type Finding, findingsOf } from '../../finding.ts'

const { ok, note, wrong } = findingsOf('ports')

/** `running`: what the server says that has this data directory. */
export async function ports({ http, smtp }: Pick<Config, 'http' | 'smtp'>, running: Status | null): Promise<Finding[]> {
  const wanted = [
    ...http.listen.map((text) => ({ key: 'http.listen', door: 'HTTP', text, held: running?.http })),
    ...http.listen_plain.map((text) => ({ key: 'http.listen_plain', door: 'HTTP', text, held: running?.http })),
    ...smtp.listen.map((text) => ({ key: 'smtp.listen', door: 'SMTP', text, held: running?.smtp })),
    ...smtp.listen_tls.map((text) => ({ key: 'smtp.listen_tls', door: 'SMTP', text, held: running?.smtp })),
  ]
  return Promise.all(
    wanted.map(async ({ key, door, text, held }) => {
      const place = parseListen(text)
      if (!place) return wrong(`${door} cannot listen on ${text}`, 'write ADDRESS:PORT')
      if (held?.some(({ port }) => place.port === port || place.port === 0)) {
        return ok(`${door} listens on ${text}${place.port === 0 ? ` (${ofPorts(held)})` : ''}`)
      }
      if (held) {
        return note(
          `${door} is to listen on ${text}, and the running server listens on ${ofPorts(held)}`,
          'restart it if the config has changed since it started',
        )
      }
      return canBind(key, door, place)
    }),
  )
}

const ofPorts = (places: readonly { host: string; port: number }[]): string =>
  places.map(({ port }) => `port ${port}`).join(', ')

function canBind(key: string, door: string, place: Listen): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) =>
      resolve(wrong(cannotListen(door, place, error).message, `end that program, or set ${key}`)),
    )
    server.listen({ host: place.host, port: place.port, exclusive: true }, () =>
      server.close(() => resolve(ok(`${door} can listen on ${place.host}:${place.port}`))),
    )
  })
}
