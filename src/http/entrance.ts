// One place where HTTP listens: Bun's server, with a gate before it wherever strangers come or TLS is spoken.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { CannotStart, cannotListen } from '../cannot-start.ts'
import type { Certificate } from '../certificate.ts'
import { isLoopback, type Listen, parseListen } from '../config/listen.ts'
import { webSockets } from './conversation.ts'
import { Gate, type GateOptions } from './gate.ts'
import type { HttpListener } from './visit.ts'

/** Where a request came in. */
export type Came = {
  /** The peer of the connection. */
  peer: string
  /** Whether it came over TLS. */
  tls: boolean
}

export type EntranceOptions = {
  handle: (request: Request, server: HttpListener, came: Came) => Promise<Response | undefined>
  defect: (error: unknown) => void
  idleSeconds: number
  /** What a client of a WebSocket may leave unread. */
  maxSocketBufferBytes: number
  /** One was dropped for leaving more. */
  socketDropped: () => void
  gate: Omit<GateOptions, 'certificate'>
}

export type Entrance = {
  address: Listen & { tls: boolean }
  listener: HttpListener
  gate: Gate | null
}

/** Bodies up to here are refused in the dialect's words; larger ones by Bun, without any. */
const mostBodyBytes = 1024 ** 3

/** Starts listening; with a certificate, by TLS. Throws CannotStart. */
export async function openEntrance(
  text: string,
  certificate: Certificate | null,
  options: EntranceOptions,
): Promise<Entrance> {
  const place = parseListen(text)
  if (!place) throw new CannotStart(`HTTP cannot listen on ${text}: it is no ADDRESS:PORT`)
  // Of a name that leads nowhere Bun says that the port is taken.
  if (isIP(place.host) === 0 && !(await resolves(place.host))) {
    throw new CannotStart(`HTTP cannot listen on ${text}: this name does not resolve`)
  }
  if (!certificate && isLoopback(place.host)) {
    const peerOf = (request: Request, server: HttpListener) => server.requestIP(request)?.address ?? ''
    const listener = serve(place, false, peerOf, options)
    return { address: { ...bound(listener), tls: false }, listener, gate: null }
  }
  const tls = certificate !== null
  const gate = new Gate({ ...options.gate, certificate })
  const peerOf = (request: Request, server: HttpListener) => {
    const from = server.requestIP(request)
    // The gate's own end is always this address; another one may have the same port.
    return from?.address === '127.0.0.1' ? gate.clientAt(from.port) : null
  }
  const listener = serve({ host: '127.0.0.1', port: 0 }, tls, peerOf, options)
  try {
    await gate.open(place, bound(listener))
  } catch (error) {
    await listener.stop(true)
    throw error
  }
  return { address: { ...gate.address, tls }, listener, gate }
}

function serve(
  place: Listen,
  tls: boolean,
  peerOf: (request: Request, server: HttpListener) => string | null,
  { handle, defect, idleSeconds, maxSocketBufferBytes, socketDropped }: EntranceOptions,
): HttpListener {
  try {
    return Bun.serve({
      hostname: place.host,
      port: place.port,
      development: false,
      // Outside development Bun would share a port with whoever else does: two servers, each with half of the calls.
      reusePort: false,
      idleTimeout: idleSeconds,
      maxRequestBodySize: mostBodyBytes,
      fetch: (request, server) => {
        const peer = peerOf(request, server)
        // Somebody on this machine, past the gate.
        if (peer === null) return new Response(null, { status: 403, headers: { Connection: 'close' } })
        return handle(request, server, { peer, tls })
      },
      websocket: webSockets(maxSocketBufferBytes, socketDropped),
      error: (error) => {
        defect(error)
        return new Response(null, { status: 500 })
      },
    })
  } catch (error) {
    throw cannotListen('HTTP', place, error)
  }
}

const bound = ({ hostname, port }: HttpListener): Listen => ({ host: hostname ?? '', port: port ?? 0 })

const resolves = (name: string): Promise<boolean> =>
  lookup(name).then(
    () => true,
    () => false,
  )
