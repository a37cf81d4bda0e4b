// One attempt: a POST to an address that was looked at before and after it was connected to, bounded in time and size.
import { type IncomingMessage, request } from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { literalOf, type Targets } from './targets.ts'

/** `statusCode`: null where there was no answer; `error`: null where it was taken (2xx). */
export type Outcome = { statusCode: number | null; error: string | null }

export type Post = { url: string; headers: Record<string, string>; body: string }

export interface Sender {
  /** Never throws; `signal` breaks it off. */
  send(post: Post, signal: AbortSignal): Promise<Outcome>
}

export type SendingRules = {
  /** From the look at the name to the end of the answer. */
  milliseconds: number
  /** Certificates that are trusted in the place of the usual ones: for tests. */
  ca?: string
}

/** Of a name that has many. */
const mostAddresses = 3
/** What is read of an answer: nothing of it is looked at. */
const mostAnswerBytes = 64 * 1024

/** What is told of an attempt that failed. Nothing of what was said on the other side stands in it. */
class NotSent extends Error {}

export class HttpSender implements Sender {
  constructor(
    private readonly targets: Targets,
    private readonly resolve: (host: string) => Promise<string[]>,
    private readonly rules: SendingRules,
  ) {}

  async send(post: Post, stopped: AbortSignal): Promise<Outcome> {
    // A signal made of others would live as long as the longest of them.
    const broken = new AbortController()
    const { signal } = broken
    const stop = (): void => broken.abort()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      stop()
    }, this.rules.milliseconds)
    stopped.addEventListener('abort', stop, { once: true })
    if (stopped.aborted) stop()
    let socket: net.Socket | null = null
    try {
      const url = new URL(post.url)
      if (!this.targets.isAllowed(url)) throw new NotSent('the URL is not allowed any more')
      socket = await this.connect(url, signal)
      const statusCode = await orBroken(signal, answerOf(url, post, socket, signal))
      return { statusCode, error: sentenceFor(statusCode) }
    } catch (error) {
      if (isLate) return { statusCode: null, error: 'it took too long' }
      return { statusCode: null, error: error instanceof NotSent ? error.message : named(error) }
    } finally {
      clearTimeout(timer)
      stopped.removeEventListener('abort', stop)
      socket?.destroy()
    }
  }

  /** To one of the addresses that the name has now: it is not looked up again. */
  private async connect(url: URL, signal: AbortSignal): Promise<net.Socket> {
    const literal = literalOf(url)
    const addresses = literal === null ? await orBroken(signal, this.resolved(url.hostname)) : [literal]
    // A name that leads to a forbidden place and others is not to be trusted with the others.
    if (!addresses.every((address) => this.targets.mayReach(address))) throw new NotSent('the address is not allowed')
    let failure: unknown = new NotSent('the name has no address')
    for (const address of addresses.slice(0, mostAddresses)) {
      try {
        return await this.open(url, address, signal)
      } catch (error) {
        if (signal.aborted || error instanceof NotSent) throw error
        failure = error
      }
    }
    throw failure
  }

  private async resolved(hostname: string): Promise<string[]> {
    try {
      return await this.resolve(hostname)
    } catch {
      throw new NotSent('the name has no address')
    }
  }

  private async open(url: URL, host: string, signal: AbortSignal): Promise<net.Socket> {
    const isTls = url.protocol === 'https:'
    const port = Number(url.port || (isTls ? 443 : 80))
    const { ca } = this.rules
    const servername = literalOf(url) === null ? url.hostname.replace(/\.$/, '') : ''
    const socket = isTls
      ? tls.connect({ host, port, ...(servername === '' ? {} : { servername }), ...(ca === undefined ? {} : { ca }) })
      : net.connect({ host, port })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.once(isTls ? 'secureConnect' : 'connect', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(new NotSent('the connection was closed')))
    try {
      await orBroken(signal, promise)
      const reached = socket.remoteAddress ?? ''
      if (!this.targets.mayReach(reached)) throw new NotSent('the address is not allowed')
      if (socket instanceof tls.TLSSocket && !socket.authorized) throw new NotSent('the certificate is not valid')
      return socket
    } catch (error) {
      socket.on('error', () => {})
      socket.destroy()
      throw error
    }
  }
}

/** The status of what is answered. Redirects are an answer like any other. */
function answerOf(url: URL, { headers, body }: Post, socket: net.Socket, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const bytes = Buffer.from(body)
  const asked = request(
    {
      method: 'POST',
      host: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      headers: { ...headers, Host: url.host, 'Content-Length': bytes.byteLength, Connection: 'close' },
      createConnection: () => socket,
    },
    (answer) => read(answer).then(() => resolve(answer.statusCode ?? 0), reject),
  )
  asked.on('error', reject)
  signal.addEventListener('abort', () => asked.destroy(), { once: true })
  asked.end(bytes)
  return promise
}

/** To its end or a bound, so that who answers is not cut off in the middle. */
async function read(answer: IncomingMessage): Promise<void> {
  let left = mostAnswerBytes
  try {
    for await (const chunk of answer) {
      left -= chunk.length
      if (left < 0) return
    }
  } catch {
    // It has answered; how it ends is no matter.
  }
}

function orBroken<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  if (signal.aborted) {
    work.catch(() => {})
    return Promise.reject(new NotSent('it was broken off'))
  }
  return new Promise((resolve, reject) => {
    const broken = (): void => reject(new NotSent('it was broken off'))
    signal.addEventListener('abort', broken, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', broken))
  })
}

function sentenceFor(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return 'redirects are not followed'
  return `it answered ${status}`
}

const sentences: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it took too long',
}

function named(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const isCertificate = /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME/.test(code)
  return sentences[code] ?? (isCertificate ? 'the certificate is not valid' : 'it did not answer as HTTP does')
}
