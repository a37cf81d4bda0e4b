// The forms that text in the config can have: what is expected, in words, and the spelling that is kept.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Form } from './fields.ts'
import { parseListen } from './listen.ts'
import { parseDomainPattern, parseHost, parseLocalPart, parseMailAddress } from './names.ts'

/** How a form is checked. */
interface FormCheck {
  /** What was expected, to be read after that word. */
  expected: string
  /** The text as it is kept; null if it does not have the form. */
  read: (text: string) => string | null
}

/** One spelling for each address, an IPv4-mapped one as IPv4; a zone is no part of it. */
const ip = (text: string): string | null => (isIP(text) && !text.includes('%') ? ipaddr.process(text).toString() : null)

function network(text: string): string | null {
  const [address = '', bits] = text.split('/')
  const plain = ip(address)
  if (plain === null || bits === undefined) return plain
  // An IPv4-mapped network would never match: clients' addresses are compared as IPv4.
  return isIP(plain) === isIP(address) && ipaddr.isValidCIDR(text) ? `${plain}/${bits}` : null
}

function nameserver(text: string): string | null {
  const listen = parseListen(text)
  return ip(text) ?? (listen && isIP(listen.host) && listen.port > 0 && !/^\*?:/.test(text) ? text : null)
}

function url(text: string): string | null {
  if (!/^https?:\/\/[^\s\\?#@]+$/i.test(text) || !URL.canParse(text)) return null
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname.replace(/\/+$/, '')}`
}

function origin(text: string): string | null {
  const read = url(text)
  return read !== null && new URL(read).origin === read ? read : null
}

const checks = {
  listen: {
    expected: 'ADDRESS:PORT, like 127.0.0.1:8025',
    read: (text) => (parseListen(text) ? text : null),
  },
  nameserver: { expected: 'an IP address or ADDRESS:PORT, like 192.0.2.53 or 192.0.2.53:5353', read: nameserver },
  network: { expected: 'a network or an IP address, like 10.0.0.0/8 or 192.0.2.7', read: network },
  ip: { expected: 'an IP address, like 203.0.113.25', read: ip },
  host: { expected: 'a host name, like mail.example', read: parseHost },
  domain: { expected: 'a domain, like mail.test, *.mail.test or *', read: parseDomainPattern },
  'mail-address': { expected: 'an address without a tag, like all@mail.test', read: parseMailAddress },
  origin: { expected: 'http:// or https:// and a host, without a path, like https://mail.example', read: origin },
  url: { expected: 'an address with http:// or https://, like https://pay.example', read: url },
  'local-part': { expected: 'a local part, like postmaster', read: parseLocalPart },
} satisfies Record<Form, FormCheck>

/** Each form's check, by its name. */
export const forms: ReadonlyMap<string, FormCheck> = new Map(Object.entries(checks))
