// Going to see who answers for mail at an address of this server's own: the only connections to port 25 that Mayfly opens.
import { X509Certificate } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as secure, type TLSSocket } from 'node:tls'
import { isForEverybody } from '../../limits/networks.ts'
import type { Outside } from '../../outside.ts'
import { late, oneSpelling } from '../resolver.ts'

export type Visited = {
  /** The first line that was said; null: none came. */
  greeting: string | null
  /** Null: it did not come to that. */
  offersTls: boolean | null
  certificate: X509Certificate | null
  /** Why there was no going on; null: all was seen. */
  failed: string | null
}

/** RFC 5321 §4.5.3.1.5: a line has 512 octets at most; and what an answer to EHLO may be here. */
const longestLine = 512
const longestReply = 8192
const longestShown = 200
const usualKeptMs = 5000

class CutShort extends Error {}

export class Visits {
  /** Who asks while somebody is there, or was a moment ago, hears the same: the server counts visits like any client's. */
  private readonly made = new Map<string, Promise<Visited>>()

  /** `hostname`: with it this server greets. */
  constructor(
    private readonly hostname: string,
    private readonly outside: Pick<Outside, 'mailPort'>,
    private readonly keptMs = usualKeptMs,
  ) {}

  get port(): number {
    return this.outside.mailPort
  }

  /**
   * Null: no connection may be opened there. It may be to one of this server's `own` addresses, if that is anybody's to
   * reach or one of this very machine; it is an address, so that nothing is looked up again.
   */
  to(address: string, own: ReadonlySet<string>, ms: number): Promise<Visited> | null {
    if (!own.has(address) || !(isForEverybody(address) || isOfMachine(address))) return null
    const there = this.made.get(address)
    if (there) return there
    const visit = visited(address, this.port, this.hostname, ms).finally(() => {
      setTimeout(() => this.made.delete(address), this.keptMs).unref()
    })
    this.made.set(address, visit)
    return visit
  }
}

/** Whether one of this machine's interfaces has it. */
function isOfMachine(address: string): boolean {
  return Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .some((one) => oneSpelling(one.address) === address)
}

/** Whether the first line is one with which this server greets. */
export function isOurs(greeting: string, hostname: string): boolean {
  const [code, name] = greeting.split(' ')
  return code === '220' && name?.toLowerCase() === hostname.toLowerCase()
}

async function visited(host: string, port: number, hostname: string, ms: number): Promise<Visited> {
  const seen: Visited = { greeting: null, offersTls: null, certificate: null, failed: null }
  const open: Socket[] = []
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new CutShort(late)), ms)
  try {
    await Promise.race([look(seen, { host, port, hostname }, open), over])
  } catch (error) {
    seen.failed = causeOf(error)
  } finally {
    clearTimeout(timer)
    for (const socket of open) socket.destroy()
  }
  // What is under way still writes to the other.
  return { ...seen }
}

type Place = { host: string; port: number; hostname: string }

async function look(seen: Visited, { host, port, hostname }: Place, open: Socket[]): Promise<void> {
  const socket = connect({ host, port })
  open.push(socket)
  const hear = hearing(socket)
  const [line = ''] = (await hear(/^[^\n]*\n/, longestLine)).split(/\r?\n/)
  seen.greeting = line.slice(0, longestShown)
  if (!isOurs(line, hostname)) return
  socket.write(`EHLO ${hostname}\r\n`)
  seen.offersTls = /^250[- ]STARTTLS\r?$/im.test(await hear(wholeReply, longestReply))
  if (!seen.offersTls) return
  socket.write('STARTTLS\r\n')
  const said = await hear(wholeReply, longestReply)
  if (!said.startsWith('220')) throw new CutShort(`STARTTLS was answered with ${said.slice(0, longestShown).trim()}`)
  const secured = await handshake(socket, hostname, open)
  const { raw } = secured.getPeerCertificate()
  seen.certificate = raw ? new X509Certificate(raw) : null
  secured.write('QUIT\r\n')
}

/** All of its lines: `250-…`, and the last one without the hyphen (RFC 5321 §4.2.1). */
const wholeReply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*|\r)?\n/

/** Waits for what a pattern describes, in so many bytes. Throws where it does not come, CutShort where it is longer. */
function hearing(socket: Socket): (part: RegExp, most: number) => Promise<string> {
  let text = ''
  let ended: Error | null = null
  let wake = Promise.withResolvers<void>()
  const changed = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const end = (error: Error): void => {
    ended ??= error
    changed()
  }
  socket.on('error', end)
  socket.on('close', () => end(new CutShort('the connection ended')))
  socket.on('data', (bytes) => {
    // More than is looked at is not gathered.
    if (text.length <= longestReply) text += bytes.toString('latin1')
    changed()
  })
  return async (part, most) => {
    for (;;) {
      const found = part.exec(text)?.[0]
      if (found !== undefined && found.length <= most) {
        text = text.slice(found.length)
        return found
      }
      if (found !== undefined || text.length > most)
        throw new CutShort(`more was said than a server says: ${start(text)}`)
      if (ended) throw ended
      await wake.promise
    }
  }
}

const start = (text: string): string => text.slice(0, 60)

function handshake(socket: Socket, servername: string, open: Socket[]): Promise<TLSSocket> {
  socket.removeAllListeners('data')
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  // Who signed it is no matter: what it says is looked at.
  const secured = secure({ socket, servername, rejectUnauthorized: false }, () => resolve(secured))
  open.push(secured)
  secured.on('error', (error) => reject(new CutShort(`TLS failed: ${causeOf(error)}`)))
  secured.on('close', () => reject(new CutShort('TLS failed: the connection ended')))
  return promise
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: late,
  ECONNRESET: 'the connection ended',
}

function causeOf(error: unknown): string {
  if (error instanceof CutShort) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return causes[code] ?? (code || 'it broke off')
}
