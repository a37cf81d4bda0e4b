// Host names, domains and local parts in the one spelling in which the config keeps them.
import { domainToASCII } from 'node:url'

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const DOT_ATOM = /^[\p{L}\p{M}\p{N}!#$%&'*/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*/=?^_`{|}~-]+)*$/u

/** A host name or domain as lower-case A-labels without the root's dot (RFC 5890); null if it is none. */
export function parseHost(text: string): string | null {
  // domainToASCII reads as a URL does: it stops at `/`, `?` and `#`, and turns `0x7f.1` into 127.0.0.1.
  if (text.length > 1000 || /[^\w.\-\u0080-\u{10ffff}]/u.test(text)) return null
  const bare = text.endsWith('.') ? text.slice(0, -1) : text
  const ascii = /^[\w.-]*$/.test(bare) ? bare.toLowerCase() : domainToASCII(bare)
  const labels = ascii.split('.')
  if (ascii.length > 253 || !labels.every((label) => LABEL.test(label))) return null
  // RFC 3696 §2: a last label of digits alone makes an IP address.
  return /^\d+$/.test(labels.at(-1) ?? '') ? null : ascii
}

/** `mail.test`, `*.mail.test` or `*`, normalised; null if it is none of these. */
export function parseDomainPattern(text: string): string | null {
  if (text === '*') return text
  const wild = text.startsWith('*.')
  const domain = parseHost(wild ? text.slice(2) : text)
  return domain === null ? null : `${wild ? '*.' : ''}${domain}`
}

/** Whether one of the patterns serves the domain. */
export function isServed(domain: string, patterns: readonly string[]): boolean {
  return patterns.some(
    (name) => name === '*' || name === domain || (name.startsWith('*.') && domain.endsWith(name.slice(1))),
  )
}

/** A local part without a tag, in lower case; null if it is none (RFC 5321 §4.1.2 Dot-string, at most 64 bytes). */
export function parseLocalPart(text: string): string | null {
  const local = text.normalize('NFC').toLowerCase()
  return DOT_ATOM.test(local) && Buffer.byteLength(local) <= 64 ? local : null
}

/** `local@domain`, normalised; null if it is no address that a mailbox could have. */
export function parseMailAddress(text: string): string | null {
  const at = text.lastIndexOf('@')
  if (at < 1) return null
  const local = parseLocalPart(text.slice(0, at))
  const domain = parseHost(text.slice(at + 1))
  return local === null || domain === null ? null : `${local}@${domain}`
}
