// Where a server listens: reading ADDRESS:PORT, and telling whether the world could reach it there.
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { parseHost } from './names.ts'

/** A host to bind and a port; port 0 takes a free one. */
export interface Listen {
  host: string
  port: number
}

/** Every address of the machine, IPv4 and IPv6. */
const EVERYWHERE = '::'

/** Reads `127.0.0.1:8025`, `localhost:8025`, `[::1]:8025`, and `:8025` or `*:8025` for every address; null if it is none of these. */
export function parseListen(text: string): Listen | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(0|[1-9]\d{0,4})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) return null
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : null
  if (plain === undefined || plain === '' || plain === '*') return { host: EVERYWHERE, port }
  const host = ipaddr.IPv4.isValidFourPartDecimal(plain) ? plain : parseHost(plain)
  return host === null ? null : { host, port }
}

const CLOSED = new Set(['loopback', 'private', 'linkLocal', 'uniqueLocal'])

/** Whether a listener bound to this host can be reached from beyond the machine and its private networks. */
export function isPublic(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return false
  const bare = host.split('%')[0] ?? ''
  return !ipaddr.isValid(bare) || !CLOSED.has(ipaddr.process(bare).range())
}

/** Whether only programs on this machine can reach it. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback'
}
