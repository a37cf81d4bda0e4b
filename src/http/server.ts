// The HTTP server: its listeners, and one front before all dialects.
import { sessionDays } from '../accounts/sign-ins.ts'
import { deepenBacklogs } from '../backlog.ts'
import type { Certificate } from '../certificate.ts'
import type { Config } from '../config/schema.ts'
import type { Core } from '../core.ts'
import { server } from '../dialects/native/wire-server.ts'
import type { Health } from '../health.ts'
import { Networks } from '../limits/networks.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { auditDaysKept, daysKept } from '../usage/service.ts'
import { clientAddress } from './client.ts'
import { Origins } from './cors.ts'
import type { Door } from './dialect.ts'
import { dialectsOf } from './dialects.ts'
import { type Entrance, type EntranceOptions, openEntrance } from './entrance.ts'
import { EventStreams } from './event-stream.ts'
import { serverFacts } from './facts.ts'
import { Front } from './front.ts'
import { Hosts } from './hosts.ts'
import { metricsAccess } from './metrics-access.ts'
import { Site } from './site.ts'
import { loopback, Slots } from './slots.ts'

export type HttpOptions = Pick<
  Config,
  'http' | 'server' | 'limits' | 'smtp' | 'dialects' | 'mailboxes' | 'page' | 'webhooks'
>

export type HttpGround = {
  core: Core
  metrics: Metrics
  log: Log
  outside: Outside
  /** For `http.tls`. */
  certificate: Certificate | null
  /** Why no mail can be taken, or null. */
  shortage: () => string | null
  /** How the server is. */
  health: () => Promise<Health>
  /** Between two comment lines of a live stream; tests want them sooner. */
  heartbeatMs?: number
}

export type HttpServer = {
  /** Where it listens, with the ports that port 0 became. */
  addresses: { host: string; port: number; tls: boolean }[]
  /** For connections from now on; those that are open stay as they are. */
  useCertificate: (certificate: Certificate) => void
  /** Takes no more requests, ends waits and streams, and lets the others finish for a while. */
  stop: () => Promise<void>
}

const graceMs = 5000
/** For WebSockets to say that they are closed. */
const socketGraceMs = 1000
/** Bun takes no larger head (431), and this bound of its own cannot be set lower. */
const bunHeadBytes = 16_384

/** Starts listening. Throws CannotStart. */
export async function startHttp(config: HttpOptions, ground: HttpGround): Promise<HttpServer> {
  const { http, limits, smtp, dialects: foreign } = config
  const { public_url } = config.server
  const { core, metrics, log, outside, shortage, health } = ground
  const stopping = new AbortController()
  const streams = new EventStreams({
    heartbeatMs: ground.heartbeatMs ?? 15_000,
    maxBufferBytes: http.max_stream_buffer_bytes,
    maxTotalBytes: http.max_streams_buffer_bytes,
    dropped: () => metrics.httpRefused.inc({ reason: 'stream-unread' }),
  })
  const origins = new Origins(http.cors_origins, public_url)
  const door: Door = {
    core,
    origins,
    log,
    outside,
    streams,
    streamSlots: new Slots(http.max_streams_per_address),
    waitSlots: new Slots(http.max_waits_per_address),
    downloadSlots: new Slots(http.max_downloads_per_address),
    stopping: stopping.signal,
    shortage,
    health,
    options: {
      maxStreamMailboxes: http.max_stream_mailboxes,
      isPublicOverTls: public_url?.startsWith('https:') ?? false,
      publicUrl: public_url ?? null,
      idempotency: { keys: limits.idempotency_keys, hours: limits.idempotency_hours },
      maxMailBytes: smtp.max_message_bytes,
      dialects: foreign,
      lasting: {
        smtpHost: smtp.hostname,
        anonymousMailboxes: http.anonymous_mailboxes,
        unclaimedRetentionMinutes: config.mailboxes.unclaimed_retention_minutes,
        quarantineHours: config.mailboxes.quarantine_hours,
        eventHours: limits.event_hours,
        notice: config.page.notice ?? null,
        kept: {
          sessionDays,
          usageDays: daysKept,
          auditDays: auditDaysKept,
          refusals: limits.refusals_kept,
          deliveredHours: config.webhooks.delivered_kept_hours,
          deliveryHours: config.webhooks.kept_hours,
        },
        keyless: {
          mailcx: {
            requestsPerSecond: foreign.mailcx.requests_per_second_per_ip,
            mailboxesPerDay: foreign.mailcx.accounts_per_day_per_ip,
            idleDays: foreign.mailcx.idle_days,
          },
          mailfade: { requestsPerDay: foreign.mailfade.requests_per_day_per_ip },
        },
      },
    },
  }
  const dialects = dialectsOf(door)
  const mayReadMetrics = metricsAccess(core, new Networks(http.metrics_networks))
  const isOn = (dialect: string): boolean => core.switches.now.dialects[dialect] !== false
  const facts = () => server(serverFacts(door))
  const site = new Site({ dialects, isOn, shortage, metrics, mayReadMetrics, facts })
  const proxies = new Networks(http.trusted_proxies)
  const front = new Front({
    dialects: [...dialects, site],
    isOn,
    hosts: new Hosts(http.hosts, public_url),
    origins,
    body: { bytes: http.max_body_bytes, milliseconds: http.body_seconds * 1000 },
    headBytes: http.max_header_bytes < bunHeadBytes ? http.max_header_bytes : null,
    clientOf: (peer, forwardedFor) => clientAddress(peer, forwardedFor, proxies),
    newId: outside.uuid,
    elapsed: outside.elapsed,
    hstsSeconds: http.hsts_seconds,
    answered: ({ route, caller, refused, isHeld }, { dialect, method, status, milliseconds }) => {
      if (refused) metrics.httpRefused.inc({ reason: refused })
      metrics.requests.inc({ route: route ?? dialect, method, status })
      const isCall = dialect !== site.name && !isHeld
      core.usage.answered(caller, dialect, status, refused, isCall ? milliseconds : null)
    },
    log,
  })
  if (http.tls && !ground.certificate) throw new Error('there is no certificate for http.tls')
  const certificate = http.tls ? ground.certificate : null
  const gated = new Slots(http.max_connections_per_address, new Networks([...loopback, ...http.trusted_proxies]))
  const room = new Room(http.max_connections, metrics)
  const options: EntranceOptions = {
    handle: (request, listener, came) => front.handle(request, listener, came),
    defect: (error) => log.error({ err: error }, 'a defect'),
    idleSeconds: http.idle_seconds,
    maxSocketBufferBytes: http.max_stream_buffer_bytes,
    socketDropped: () => metrics.httpRefused.inc({ reason: 'socket-unread' }),
    gate: {
      enter: (client) => room.enter(gated.take(client)),
      refused: (reason) => metrics.httpRefused.inc({ reason }),
    },
  }
  const entrances: Entrance[] = []
  const stop = async (): Promise<void> => {
    for (const { gate } of entrances) gate?.shut()
    for (const { listener } of entrances) listener.stop()
    streams.stop()
    stopping.abort()
    const began = outside.elapsed()
    const until = began + graceMs
    const busy = (): boolean =>
      entrances.some(
        ({ listener }) =>
          listener.pendingRequests > 0 || (listener.pendingWebSockets > 0 && outside.elapsed() < began + socketGraceMs),
      )
    while (busy() && outside.elapsed() < until) await Bun.sleep(10)
    await Promise.all(entrances.map(({ listener }) => listener.stop(true)))
    await Promise.all(entrances.map(({ gate }) => gate?.close()))
  }
  try {
    for (const text of http.listen) entrances.push(await openEntrance(text, certificate, options))
    for (const text of http.listen_plain) entrances.push(await openEntrance(text, null, options))
  } catch (error) {
    await stop()
    throw error
  }
  await deepenBacklogs(log)
  return {
    addresses: entrances.map(({ address }) => address),
    useCertificate: (fresh) => {
      for (const { gate } of entrances) gate?.useCertificate(fresh)
    },
    stop,
  }
}

/** Connections in all. */
class Room {
  private open = 0

  constructor(
    private readonly most: number,
    private readonly metrics: Metrics,
  ) {}

  /** `leave`: gives back the place by address. Refuses: too-many-connections. */
  enter(leave: () => void): () => void {
    if (this.open >= this.most) {
      leave()
      throw new Refusal('too-many-connections')
    }
    this.open++
    this.metrics.httpConnections.inc()
    return () => {
      leave()
      this.open--
      this.metrics.httpConnections.dec()
    }
  }
}
