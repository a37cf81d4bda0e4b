// A server on a free port, over real HTTP, with a real core on a database of its own; and ways to talk to it.
import net from 'node:net'
import type { DestinationStream } from 'pino'
import { certificateOf } from '../../src/certificate.ts'
import type { Config } from '../../src/config/schema.ts'
import { type HttpServer, startHttp } from '../../src/http/server.ts'
import { openLog } from '../../src/log.ts'
import type { Rail, RailName } from '../../src/payments/rail.ts'
import { deliver, mail, type TestCore, testConfig, testCore } from '../core.ts'

export { temporaryDirectory as temporary } from '../core.ts'

export type Answer = {
  status: number
  headers: Headers
  body: string
  /** {} where the answer is no JSON. */
  json: Record<string, unknown>
  /** Of a refusal, in the native words. */
  reason: unknown
}

/** What lies in JSON under these keys; undefined where there is nothing. */
export function at(json: unknown, ...keys: (string | number)[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)]
    return typeof value === 'object' && value !== null
      ? Object.entries(value).find(([name]) => name === key)?.[1]
      : undefined
  }, json)
}

/** A list in JSON; empty where there is none. */
export function listIn(json: unknown, ...keys: (string | number)[]): unknown[] {
  const found = at(json, ...keys)
  return Array.isArray(found) ? found : []
}

export type Call = { token?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }

export type Serving = {
  url: string
  port: number
  core: TestCore
  http: HttpServer
  /** Lines of the log, at level debug. */
  logged: string[]
  call: (method: string, path: string, call?: Call) => Promise<Answer>
  /** Opens a mailbox. */
  open: (localPart?: string, wish?: object) => Promise<{ id: string; address: string; token: string }>
  /** Puts a mail into a mailbox. Answers the message's id. */
  mail: (to: string, headers?: Record<string, string>, body?: string) => Promise<string>
  [Symbol.asyncDispose]: () => Promise<void>
}

type Standing = {
  heartbeatMs?: number
  now?: number
  file?: string
  domains?: Config['domains']
  rails?: ReadonlyMap<RailName, Rail>
}

export async function serve(
  env: Record<string, string> = {},
  { heartbeatMs, now, file, domains, rails }: Standing = {},
): Promise<Serving> {
  const read = testConfig({ MAYFLY_HTTP_LISTEN: '127.0.0.1:0', ...env })
  const config = domains ? { ...read, domains } : read
  const core = testCore({
    config,
    ...(now === undefined ? {} : { now }),
    ...(file === undefined ? {} : { file }),
    ...(rails === undefined ? {} : { rails }),
  })
  const logged: string[] = []
  const to: DestinationStream = { write: (line) => void logged.push(line) }
  const http = await startHttp(config, {
    core,
    metrics: core.metrics,
    log: openLog({ level: 'debug', format: 'json', to }),
    outside: core.outside,
    certificate: config.http.tls ? await certificateOf(config, core.clock.now) : null,
    shortage: () => core.room.shortage,
    health: async () => ({
      version: '1.2.3',
      startedAt: core.clock.now - 3_600_000,
      now: core.clock.now,
      shortage: core.room.shortage,
      isWhole: true,
      queues: { writer: 0, digests: core.digesting.waiting, reads: 0, webhooks: core.delivering.waiting() },
      open: { smtp: 0, http: 1, waits: core.waits.count, streams: core.streams.count },
      threadsReplaced: 0,
      store: { bytes: core.room.bytes, logBytes: 0, maxBytes: 1e9, freeBytes: 1e9, minFreeBytes: 1e6 },
      memoryBytes: 1e8,
      certificate: { endsAt: core.clock.now + 86_400_000, selfSigned: true },
    }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  })
  const port = http.addresses[0]?.port ?? 0
  const url = `http://127.0.0.1:${port}`
  const call = (method: string, path: string, wish: Call = {}): Promise<Answer> => request(url + path, method, wish)
  return {
    url,
    port,
    core,
    http,
    logged,
    call,
    open: async (localPart, wish = {}) => {
      const { json, status, body } = await call('POST', '/mayfly/v1/mailboxes', { body: { localPart, ...wish } })
      if (status !== 201) throw new Error(`no mailbox: ${status} ${body}`)
      return { id: String(json['id']), address: String(json['address']), token: String(json['token']) }
    },
    mail: async (to, headers = {}, body = 'Hello.\r\n') => {
      const [id] = await deliver(core, to, mail({ From: 'Ann <ann@sender.test>', To: to, ...headers }, body))
      if (id === undefined) throw new Error('no mail was stored')
      return id
    },
    [Symbol.asyncDispose]: async () => {
      await http.stop()
      core.close()
    },
  }
}

async function request(url: string, method: string, { token, body, headers = {}, signal }: Call): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  const json = isJson && text !== '' ? JSON.parse(text) : {}
  return { status: response.status, headers: response.headers, body: text, json, reason: at(json, 'error', 'reason') }
}

/** Says bytes on a connection of its own and hears what comes until the server closes it, or `enough` of it came. */
export function talk(
  port: number,
  said: string | Uint8Array[],
  enough: (heard: string) => boolean = (heard) => heard.includes('\r\n\r\n'),
  localAddress = '127.0.0.1',
): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress })
    let heard = ''
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      if (enough(heard)) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
    for (const part of typeof said === 'string' ? [said] : said) socket.write(part)
  })
}

/** A request as it stands on the wire. */
export const head = (method: string, path: string, headers: Record<string, string>): string =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** Waits until it is so; the test's own time limit is the only clock. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await Bun.sleep(5)
}

export type Heard = { id: string | null; event: string; data: unknown }

/** Reads a live stream: `next` answers one event after the other, null at its end. */
export async function listen(
  { url }: Pick<Serving, 'url'>,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; next: () => Promise<Heard | null>; comments: () => number; close: () => void }> {
  const leaving = new AbortController()
  const response = await fetch(url + path, { headers, signal: leaving.signal })
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let comments = 0
  const next = async (): Promise<Heard | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) return null
        text += decoder.decode(value, { stream: true })
        continue
      }
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      comments += lines.filter((line) => line.startsWith(':')).length
      const event = field('event')
      if (event !== undefined) return { id: field('id') ?? null, event, data: JSON.parse(field('data') ?? 'null') }
    }
  }
  return { status: response.status, next, comments: () => comments, close: () => leaving.abort() }
}
