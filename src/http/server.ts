// The HTTP server: its listeners, and one front before all dialects.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { CannotStart, cannotListen } from '../cannot-start.ts'
import { parseListen } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import type { Core } from '../core.ts'
import { Networks } from '../limits/networks.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Outside } from '../outside.ts'
import { clientAddress } from './client.ts'
import { Origins } from './cors.ts'
import type { Door } from './dialect.ts'
import { dialectsOf } from './dialects.ts'
import { EventStreams } from './event-stream.ts'
import { Front } from './front.ts'
import { Hosts } from './hosts.ts'
import { Site } from './site.ts'
import { Slots } from './slots.ts'
import type { HttpListener } from './visit.ts'

export type HttpOptions = Pick<Config, 'http' | 'server' | 'limits' | 'tls'>

export type HttpGround = {
  core: Core
  metrics: Metrics
  log: Log
  outside: Outside
  /** Why no mail can be taken, or null. */
  shortage: () => string | null
  /** Between two comment lines of a live stream; tests want them sooner. */
  heartbeatMs?: number
}

export type HttpServer = {
  /** Where it listens, with the ports that port 0 became. */
  addresses: { host: string; port: number; tls: boolean }[]
  /** Takes no more requests, ends waits and streams, and lets the others finish for a while. */
  stop: () => Promise<void>
}

/** A request's body must be there in this time. */
const bodySeconds = 30
const graceMs = 5000
/** Bodies up to here are refused in the dialect's words; larger ones by Bun, without any. */
const mostBodyBytes = 1024 ** 3
/** Bun takes no larger head (431), and this bound of its own cannot be set lower. */
const bunHeadBytes = 16_384

/** Starts listening. Throws CannotStart. */
export async function startHttp({ http, server, limits, tls }: HttpOptions, ground: HttpGround): Promise<HttpServer> {
  const { core, metrics, log, outside, shortage } = ground
  const stopping = new AbortController()
  const streams = new EventStreams({
    heartbeatMs: ground.heartbeatMs ?? 15_000,
    maxBufferBytes: http.max_stream_buffer_bytes,
  })
  const door: Door = {
    core,
    log,
    outside,
    streams,
    streamSlots: new Slots(http.max_streams_per_address),
    waitSlots: new Slots(http.max_waits_per_address),
    stopping: stopping.signal,
    options: {
      maxStreamMailboxes: http.max_stream_mailboxes,
      idempotency: { keys: limits.idempotency_keys, hours: limits.idempotency_hours },
    },
  }
  const dialects = dialectsOf(door)
  const metricsNetworks = new Networks(http.metrics_networks)
  const site = new Site({ dialects, shortage, metrics, mayReadMetrics: (client) => metricsNetworks.has(client) })
  const proxies = new Networks(http.trusted_proxies)
  const front = new Front({
    dialects: [...dialects, site],
    hosts: new Hosts(http.hosts, server.public_url),
    origins: new Origins(http.cors_origins, server.public_url),
    body: { bytes: http.max_body_bytes, milliseconds: bodySeconds * 1000 },
    headBytes: http.max_header_bytes < bunHeadBytes ? http.max_header_bytes : null,
    clientOf: (peer, forwardedFor) => clientAddress(peer, forwardedFor, proxies),
    newId: outside.uuid,
    elapsed: outside.elapsed,
    answered: (route, method, status) => metrics.requests.inc({ route, method, status }),
    log,
  })
  const certificate = await certificateOf(http.tls, tls)
  const listeners: HttpListener[] = []
  const stop = async (): Promise<void> => {
    for (const listener of listeners) listener.stop()
    streams.stop()
    stopping.abort()
    const until = outside.elapsed() + graceMs
    const busy = (): boolean => listeners.some(({ pendingRequests }) => pendingRequests > 0)
    while (busy() && outside.elapsed() < until) await Bun.sleep(10)
    await Promise.all(listeners.map((listener) => listener.stop(true)))
  }
  try {
    for (const text of http.listen) listeners.push(await listen(text, front, http.idle_seconds, certificate, log))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    addresses: listeners.map(({ hostname, port }) => ({
      host: hostname ?? '',
      port: port ?? 0,
      tls: certificate !== null,
    })),
    stop,
  }
}

type Certificate = { cert: string; key: string }

async function certificateOf(on: boolean, { cert_file, key_file }: HttpOptions['tls']): Promise<Certificate | null> {
  if (!on || cert_file === undefined || key_file === undefined) return null
  return { cert: await Bun.file(cert_file).text(), key: await Bun.file(key_file).text() }
}

const resolves = (name: string): Promise<boolean> =>
  lookup(name).then(
    () => true,
    () => false,
  )

async function listen(
  text: string,
  front: Front,
  idleTimeout: number,
  tls: Certificate | null,
  log: Log,
): Promise<HttpListener> {
  const place = parseListen(text)
  if (!place) throw new CannotStart(`HTTP cannot listen on ${text}: it is no ADDRESS:PORT`)
  // Of a name that leads nowhere Bun says that the port is taken.
  if (isIP(place.host) === 0 && !(await resolves(place.host))) {
    throw new CannotStart(`HTTP cannot listen on ${text}: this name does not resolve`)
  }
  try {
    return Bun.serve({
      hostname: place.host,
      port: place.port,
      ...(tls ? { tls } : {}),
      development: false,
      // Outside development Bun would share a port with whoever else does: two servers, each with half of the calls.
      reusePort: false,
      idleTimeout,
      maxRequestBodySize: mostBodyBytes,
      fetch: (request, server) => front.handle(request, server),
      error: (error) => {
        log.error({ err: error }, 'a defect')
        return new Response(null, { status: 500 })
      },
    })
  } catch (error) {
    throw cannotListen('HTTP', place, error)
  }
}
