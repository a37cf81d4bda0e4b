// Looking names up, so that what is not there is told from what nobody could say. Nothing is remembered. `node:dns` of Bun
// cannot do it: it tears a TXT record's strings apart, and calls an alias that leads to a silent server "not found".
import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import type { Answer, DecodedPacket, RecordType } from 'dns-packet'
import ipaddr from 'ipaddr.js'
import { parseListen } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import type { Outside } from '../outside.ts'
import { answered, codeOf, exchange, noSuchName, type Question, type Server } from './dns-exchange.ts'
import { Line } from './line.ts'

/**
 * `nothing`: a name server said honestly that there is no such name or record. `unknown`: none could say; it never means that
 * something is gone. `aliases`: the names that CNAMEs led to, in order.
 */
export type Looked<Value> =
  | { is: 'found'; values: Value[]; aliases: string[] }
  | { is: 'nothing'; aliases: string[] }
  | { is: 'unknown'; why: string }

/** `exchange` in lower case, without the root's dot: "" is the null MX (RFC 7505). */
export type Mx = { exchange: string; priority: number }

/** `urgent`: somebody waits for it. `signal`: until he does not any more; then nothing further is asked. */
export type Asking = { urgent: boolean; signal?: AbortSignal }

export interface Lookups {
  /** The strings of each record put together. Bytes that are no UTF-8 are U+FFFD. */
  txt(name: string, asking: Asking): Promise<Looked<string>>
  /** Those to be tried first at the beginning. */
  mx(name: string, asking: Asking): Promise<Looked<Mx>>
  a(name: string, asking: Asking): Promise<Looked<string>>
  aaaa(name: string, asking: Asking): Promise<Looked<string>>
  /** IPv4 and IPv6 together; unknown where one of them is and the other brought nothing. */
  addresses(name: string, asking: Asking): Promise<Looked<string>>
  /** The names of an IP address. */
  ptr(address: string, asking: Asking): Promise<Looked<string>>
}

export type ResolverOptions = {
  /** ADDRESS or ADDRESS:PORT; without any, the system's. */
  nameservers: readonly string[]
  timeoutMs: number
  queriesPerSecond: number
}

export const lookupsOf = ({ nameservers, timeout_seconds, queries_per_second }: Config['dns']): ResolverOptions => ({
  nameservers,
  timeoutMs: timeout_seconds * 1000,
  queriesPerSecond: queries_per_second,
})

/** Queries on their way. */
const mostAtOnce = 64
/** Aliases that are followed for one look-up. */
const mostAliases = 8
/** How often a question is asked, of one server or another, before its time is over. */
const tries = 3
const mostTries = 6
/** Those that are no answer, by their numbers. */
const codeNames: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' }
/** Why nobody could say. */
export const late = 'no answer came in time'
/** RFC 1035 §2.3.4, as text. */
const longestName = 253

export class Resolver implements Lookups {
  private readonly line: Line
  private servers: readonly Server[] | null = null

  constructor(
    private readonly options: ResolverOptions,
    private readonly outside: Pick<Outside, 'randomBytes'>,
  ) {
    this.line = new Line({ atOnce: mostAtOnce, perSecond: options.queriesPerSecond })
  }

  txt(name: string, asking: Asking): Promise<Looked<string>> {
    return this.look(name, 'TXT', asking, (answer) => (answer.type === 'TXT' ? textOf(answer.data) : null))
  }

  async mx(name: string, asking: Asking): Promise<Looked<Mx>> {
    const found = await this.look(name, 'MX', asking, (answer) =>
      answer.type === 'MX' ? { exchange: plain(answer.data.exchange), priority: answer.data.preference ?? 0 } : null,
    )
    if (found.is === 'found') found.values.sort((first, second) => first.priority - second.priority)
    return found
  }

  a(name: string, asking: Asking): Promise<Looked<string>> {
    return this.look(name, 'A', asking, (answer) => (answer.type === 'A' ? oneSpelling(answer.data) : null))
  }

  aaaa(name: string, asking: Asking): Promise<Looked<string>> {
    return this.look(name, 'AAAA', asking, (answer) => (answer.type === 'AAAA' ? oneSpelling(answer.data) : null))
  }

  async addresses(name: string, asking: Asking): Promise<Looked<string>> {
    const [four, six] = await Promise.all([this.a(name, asking), this.aaaa(name, asking)])
    const values = [four, six].flatMap((one) => (one.is === 'found' ? one.values : []))
    if (values.length > 0) {
      const aliases = four.is === 'found' ? four.aliases : six.is === 'found' ? six.aliases : []
      return { is: 'found', values, aliases }
    }
    return four.is === 'unknown' ? four : six
  }

  async ptr(address: string, asking: Asking): Promise<Looked<string>> {
    const name = reverseName(address)
    if (name === null) return { is: 'nothing', aliases: [] }
    return this.look(name, 'PTR', asking, (answer) => (answer.type === 'PTR' ? plain(answer.data) : null))
  }

  /** Follows aliases (RFC 1034 §5.2.2), within an answer and beyond it. */
  private async look<Value>(
    name: string,
    type: RecordType,
    { urgent, signal }: Asking,
    read: (answer: Answer) => Value | null,
  ): Promise<Looked<Value>> {
    const aliases: string[] = []
    for (let at = plain(name); ; ) {
      if (at === '' || at.length > longestName) return { is: 'nothing', aliases }
      const said = (await this.line.through(urgent, () => this.ask({ name: at, type }, signal), signal)) ?? late
      if (typeof said === 'string') return { is: 'unknown', why: said }
      const before = aliases.length
      for (;;) {
        const here = (said.answers ?? []).filter((one) => isClassIn(one) && plain(one.name) === at)
        const values = here.flatMap((answer) => read(answer) ?? [])
        if (values.length > 0) return { is: 'found', values, aliases }
        const alias = here.find((one) => one.type === 'CNAME')
        if (alias?.type !== 'CNAME') break
        at = plain(alias.data)
        if (aliases.includes(at) || at === plain(name)) return { is: 'unknown', why: `${name} is an alias of itself` }
        aliases.push(at)
        if (aliases.length > mostAliases) return { is: 'unknown', why: `${name} leads through too many aliases` }
      }
      // RFC 6604 §3: after aliases the code speaks of the last name.
      if (codeOf(said) === noSuchName) return { is: 'nothing', aliases }
      if (aliases.length === before) {
        if (isReferral(said)) return { is: 'unknown', why: 'the name server names others and asks none of them' }
        return { is: 'nothing', aliases }
      }
    }
  }

  /** The answer of the first server that can say; why none could. */
  private ask(question: Question, signal?: AbortSignal): Promise<DecodedPacket | string> {
    const all = this.known()
    if (all.length === 0) return Promise.resolve('there is no name server: set dns.nameservers')
    const attempts = Math.min(Math.max(all.length, tries), mostTries)
    const gapMs = this.options.timeoutMs / attempts
    const { promise, resolve } = Promise.withResolvers<DecodedPacket | string>()
    const over = new AbortController()
    let why: string = late
    let begun = 0
    let open = 0
    let gap: ReturnType<typeof setTimeout> | undefined
    const settle = (said: DecodedPacket | string): void => {
      clearTimeout(gap)
      clearTimeout(end)
      resolve(said)
      over.abort()
    }
    const end = setTimeout(() => settle(why), this.options.timeoutMs)
    signal?.addEventListener('abort', () => settle(late), { once: true })
    const failed = (cause: string): void => {
      if (over.signal.aborted) return
      why = cause
      open--
      // The same one again would say the same: another at once, or whoever is still expected to answer.
      if (begun < all.length) begin()
      else if (open === 0) settle(why)
    }
    const begin = (): void => {
      clearTimeout(gap)
      const server = all[begun % all.length]
      if (!server) return
      begun++
      open++
      if (begun < attempts) gap = setTimeout(begin, gapMs)
      exchange(server, question, this.id(), over.signal).then(
        (packet) => {
          const code = codeOf(packet)
          if (code === answered || code === noSuchName) settle(packet)
          else failed(`the name server answered ${codeNames[code] ?? `code ${code}`}`)
        },
        (error) => failed(causeOf(error)),
      )
    }
    begin()
    return promise
  }

  private known(): readonly Server[] {
    if (this.servers) return this.servers
    const { nameservers } = this.options
    const found = (nameservers.length > 0 ? nameservers : getServers()).flatMap((text) => serverOf(text) ?? [])
    // The system's may change while it runs.
    if (nameservers.length > 0) this.servers = found
    return found
  }

  private id(): number {
    const [high = 0, low = 0] = this.outside.randomBytes(2)
    return high * 256 + low
  }
}

/** For people who are not to learn where the operator's name servers are. */
function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code !== '') return `no name server could be asked (${code})`
  return error instanceof Error ? error.message : String(error)
}

function serverOf(text: string): Server | null {
  if (isIP(text) !== 0) return { host: text, port: 53 }
  return parseListen(text)
}

const utf8 = new TextDecoder()

function textOf(data: string | Uint8Array | readonly (string | Uint8Array)[]): string {
  const parts = [data].flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  return utf8.decode(Buffer.concat(parts))
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Of an IP address. */
export const oneSpelling = (address: string): string =>
  ipaddr.isValid(address) ? ipaddr.process(address).toString() : address

const isClassIn = (answer: Answer): boolean =>
  !('class' in answer) || answer.class === undefined || answer.class === 'IN'

/** Neither an answer nor a no (RFC 2308 §2.2). */
const isReferral = ({ flag_ra, authorities = [] }: DecodedPacket): boolean =>
  !flag_ra && authorities.some(({ type }) => type === 'NS') && !authorities.some(({ type }) => type === 'SOA')

/** RFC 1035 §3.5, RFC 3596 §2.5. */
function reverseName(address: string): string | null {
  if (!ipaddr.isValid(address)) return null
  const read = ipaddr.process(address)
  if (read.kind() === 'ipv4') return `${[...read.toByteArray()].reverse().join('.')}.in-addr.arpa`
  const digits = read.toByteArray().flatMap((byte) => [...byte.toString(16).padStart(2, '0')])
  return `${digits.reverse().join('.')}.ip6.arpa`
}
