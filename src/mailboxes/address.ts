// Reading addresses: the local part and the domain in the one spelling by which they are compared and kept.
import { domainToASCII } from 'node:url'

export type Address = {
  /** `local@domain` without a tag: the mailbox's own name. */
  mailbox: string
  /** With its tag, as mail was sent to it. */
  full: string
  /** Without a tag. */
  localPart: string
  /** What follows the first `+`, or null. */
  tag: string | null
  domain: string
}

// RFC 5321 §4.1.2 `Atom`, with RFC 6531 §3.3's UTF8-non-ascii, and `.` between atoms.
const dotAtom = /^[a-z0-9!#$%&'*/=?^_`{|}~\-\u0080-\u{10ffff}]+(\.[a-z0-9!#$%&'*/=?^_`{|}~\-\u0080-\u{10ffff}]+)*$/u
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
const foreignToHost = /[\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/
const unseen = /[\p{C}\p{Z}]/u

const encoder = new TextEncoder()

/** A mailbox's local part in its one spelling (lower case, NFC); null if it is none or has a tag. RFC 5321 §4.5.3.1.1. */
export function parseLocalPart(text: string): string | null {
  if (text.length === 0 || text.length > 64) return null
  const local = text.normalize('NFC').toLowerCase()
  if (!dotAtom.test(local) || unseen.test(local)) return null
  return encoder.encode(local).length <= 64 ? local : null
}

/** A domain as lower-case A-labels without the root's dot (RFC 5890); null if it is none. */
export function parseDomain(text: string): string | null {
  if (text.length === 0 || text.length > 1000) return null
  const bare = text.endsWith('.') ? text.slice(0, -1) : text
  // `domainToASCII` reads its text as the host of a URL: it would stop at a slash and take what came before.
  const ascii = isAscii(bare) ? bare.toLowerCase() : foreignToHost.test(bare) ? '' : domainToASCII(bare)
  if (ascii.length === 0 || ascii.length > 253) return null
  const labels = ascii.split('.')
  if (!labels.every((part) => label.test(part))) return null
  // Four numbers are an address, not a name.
  return /^\d+$/.test(labels.at(-1) ?? '') ? null : ascii
}

/** Reads `local@domain` or `local+tag@domain`; null if it is no address that a mailbox could have. */
export function parseAddress(text: string): Address | null {
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > 1100) return null
  const domain = parseDomain(text.slice(at + 1))
  const wholeLocal = unquote(text.slice(0, at))
  if (domain === null || wholeLocal === null) return null
  const plus = wholeLocal.indexOf('+')
  const localPart = parseLocalPart(plus < 0 ? wholeLocal : wholeLocal.slice(0, plus))
  if (localPart === null) return null
  const tag = plus < 0 ? null : readTag(wholeLocal.slice(plus + 1))
  if (plus >= 0 && tag === null) return null
  const full = tag === null ? `${localPart}@${domain}` : `${localPart}+${tag}@${domain}`
  if (encoder.encode(full.slice(0, -domain.length - 1)).length > 64) return null
  return { mailbox: `${localPart}@${domain}`, full, localPart, tag, domain }
}

/** A tag may be empty and may hold further `+`. */
function readTag(text: string): string | null {
  const tag = text.normalize('NFC').toLowerCase()
  if (tag === '') return tag
  return dotAtom.test(tag.replaceAll('+', 'x')) && !unseen.test(tag) ? tag : null
}

/** RFC 5321 §4.1.2: `"joe"@d` is the same mailbox as `joe@d`. Null for a quote without its end. */
export function unquote(local: string): string | null {
  if (!local.startsWith('"')) return local
  return local.length > 2 && local.endsWith('"') ? local.slice(1, -1).replace(/\\(.)/g, '$1') : null
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)
