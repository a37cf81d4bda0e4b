// Looking at the records of a custom domain: does it say whose it is, and does its mail come here?
import ipaddr from 'ipaddr.js'
import { type Outside, randomText } from '../outside.ts'
import { baseOf, type CustomDomain, type Look, ownershipName, type Seen } from './domain.ts'
import { type Asking, type Looked, type Lookups, type Mx, oneSpelling } from './resolver.ts'

export type Here = {
  /** This server's own, as MX records name it. */
  hostname: string
  /** This server's addresses; without any, those that the host name has. */
  publicAddresses: readonly string[]
}

/** Of MX records that are looked at, and of what is remembered of an answer. */
export const mostTargets = 10
const mostSeen = 8
const longestSeen = 200
const probeLength = 12

export class Looking {
  constructor(
    private readonly lookups: Lookups,
    private readonly here: Here,
    private readonly outside: Outside,
  ) {}

  async look({ name, token }: Pick<CustomDomain, 'name' | 'token'>, asking: Asking): Promise<Look> {
    const [txt, mx] = await Promise.all([this.ownership(name, token, asking), this.delivery(name, asking)])
    return { txt, mx }
  }

  /** The addresses of this server. */
  async own(asking: Asking): Promise<Looked<string>> {
    const { hostname, publicAddresses } = this.here
    if (publicAddresses.length > 0) return { is: 'found', values: publicAddresses.map(oneSpelling), aliases: [] }
    return this.lookups.addresses(hostname, asking)
  }

  private async ownership(name: string, token: string, asking: Asking): Promise<Seen> {
    const answers: Looked<string>[] = []
    for (const at of [ownershipName(name), baseOf(name)]) {
      const answer = await this.lookups.txt(at, asking)
      const says = answer.is === 'found' && answer.values.some((value) => value.trim() === token)
      if (says) return { is: 'there', seen: [token], why: null }
      answers.push(answer)
    }
    const unknown = answers.find((answer) => answer.is === 'unknown')
    if (unknown) return { is: 'unknown', seen: [], why: unknown.why }
    const [first] = answers
    return { is: 'gone', seen: shortened(first?.is === 'found' ? first.values : []), why: null }
  }

  private async delivery(name: string, asking: Asking): Promise<Seen> {
    const at = name.startsWith('*.') ? probeOf(name, this.outside) : name
    const answer = await this.lookups.mx(at, asking)
    if (answer.is === 'unknown') return { is: 'unknown', seen: [], why: answer.why }
    const targets = answer.is === 'found' ? answer.values : []
    const seen = shortened(targets.map(({ exchange, priority }) => `${priority} ${exchange}.`))
    if (targets.some(({ exchange }) => exchange === this.here.hostname)) return { is: 'there', seen, why: null }
    const resolved = await this.resolved(targets, asking)
    return { ...resolved, seen }
  }

  /** Whether one of them has an address of this server's. */
  private async resolved(targets: readonly Mx[], asking: Asking): Promise<Omit<Seen, 'seen'>> {
    const named = targetsOf(targets).filter(isName).slice(0, mostTargets)
    if (named.length === 0) return { is: 'gone', why: null }
    const [own, ...found] = await Promise.all([
      this.own(asking),
      ...named.map((name) => this.lookups.addresses(name, asking)),
    ])
    if (own.is === 'unknown') return { is: 'unknown', why: own.why }
    const addresses = new Set(own.is === 'found' ? own.values : [])
    if (addresses.size === 0) return { is: 'gone', why: null }
    if (found.some((one) => one.is === 'found' && one.values.some((address) => addresses.has(address)))) {
      return { is: 'there', why: null }
    }
    const unknown = found.find((one) => one.is === 'unknown')
    const why = unknown?.is === 'unknown' ? unknown.why : null
    return why === null ? { is: 'gone', why } : { is: 'unknown', why }
  }
}

/** A name below `name`: for all subdomains any will do that nobody can have given records of its own. */
export const probeOf = (name: string, outside: Outside): string =>
  `${randomText(outside, probeLength).toLowerCase()}.${baseOf(name)}`

/** Each once, those to be tried first at the beginning. */
export const targetsOf = (records: readonly Mx[]): string[] => [...new Set(records.map(({ exchange }) => exchange))]

/** No null MX (RFC 7505), no address in the place of a name (RFC 2181 §10.3), and not whoever asks. */
export const isName = (exchange: string): boolean =>
  exchange !== '' && !ipaddr.isValid(exchange) && !/(^|\.)localhost$/.test(exchange)

/** Strangers write it, and terminals show it. */
export const shortened = (values: readonly string[]): string[] =>
  values.slice(0, mostSeen).map((value) => value.slice(0, longestSeen).replace(/\p{C}/gu, '\ufffd'))
