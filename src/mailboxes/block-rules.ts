// What the patterns of block rules mean. Each is read once, into the spelling that addresses have here, and then compared.
import { Networks, plainNetwork } from '../limits/networks.ts'
import { invalid, type Refusal } from '../refusal.ts'
import { parseAddress, parseDomain, unquote } from './address.ts'

export const blockKinds = ['sender', 'recipient', 'subject', 'network'] as const
export type BlockKind = (typeof blockKinds)[number]

const mostCharacters = 320
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u
/** What stands in a local part only between quotes (RFC 5321 §4.1.2). */
const quotedOnly = /[\s"(),:;<>@[\\\]]/

const complaint = (message: string): Refusal => invalid('body.pattern', message)
const everything = () => complaint('must say more: this would refuse all mail')

/**
 * A pattern in its one spelling. A network's is a CIDR or an address. In the others `*` stands for any text: a sender's or
 * recipient's is an address, or a domain for all of its addresses, or (a sender's) `<>` for bounces; a subject's is a part
 * of it, or with a `*` all of it. Refuses: invalid-request.
 */
export function readPattern(kind: BlockKind, given: string): string {
  const text = spelled(given).trim()
  if (text.length > mostCharacters) throw complaint(`must be at most ${mostCharacters} characters`)
  if (text === '') throw complaint('must not be empty')
  if (controls.test(text)) throw complaint('must be one line')
  if (kind === 'network') return readNetwork(text)
  const pattern = text.replace(/\*+/g, '*')
  return kind === 'subject' ? readSubject(pattern) : readAddress(kind, pattern)
}

function readNetwork(text: string): string {
  const network = plainNetwork(text)
  if (network === null) throw complaint('must be a network, like 192.0.2.0/24 or 2001:db8::/32, or an address')
  if (network.endsWith('/0')) throw everything()
  return network
}

function readSubject(pattern: string): string {
  if (pattern.replaceAll('*', '').trim() === '') throw everything()
  return oneSpaced(pattern)
}

function readAddress(kind: 'sender' | 'recipient', pattern: string): string {
  if (pattern === '<>') {
    if (kind === 'sender') return pattern
    throw complaint('"<>" is a sender; a recipient has an address')
  }
  const at = pattern.lastIndexOf('@')
  const domain = readDomain(pattern.slice(at + 1))
  if (domain === null) {
    throw complaint('must be an address or end in a domain, like example.com or *.example.com (beside a "*", in ASCII)')
  }
  if (at < 0 && !/[.*[]/.test(domain)) {
    throw complaint(
      `must be an address or a domain: "@${domain}" for that domain, "${domain}@*" for that name anywhere`,
    )
  }
  const local = at < 1 ? '' : readLocal(pattern.slice(0, at))
  if (local === null) throw complaint('must have a local part as addresses have it, without spaces')
  if (`${local}${domain}`.replace(/[*.]/g, '') === '') throw everything()
  return at < 0 ? domain : `${local}@${domain}`
}

function readLocal(text: string): string | null {
  if (text.startsWith('"')) return unquote(text)
  return quotedOnly.test(text) ? null : text
}

function readDomain(text: string): string | null {
  // An address literal (RFC 5321 §4.1.3), which only senders have.
  if (text.startsWith('[')) return /^\[[0-9a-z.:*]+\]$/.test(text) ? text : null
  if (!text.includes('*')) return parseDomain(text)
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.').map(readLabel)
  return labels.includes(null) ? null : labels.join('.')
}

/** One label, so that those beside a `*` are compared in their one spelling too. */
function readLabel(text: string): string | null {
  if (text.includes('*')) return /^[a-z0-9_*-]+$/.test(text) ? text : null
  const end = '.x'
  return parseDomain(`${text}${end}`)?.slice(0, -end.length) ?? null
}

const spelled = (text: string): string => text.normalize('NFC').toLowerCase()
const oneSpaced = (text: string): string => text.replace(/\s+/g, ' ')

/** An address as patterns are spelled; of a recipient, with its tag. */
function spelledAddress(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@')
  const local = spelled(address.slice(0, Math.max(at, 0)))
  const domain = address.slice(at + 1)
  return { local: unquote(local) ?? local, domain: parseDomain(domain) ?? spelled(domain) }
}

/** Rules about addresses: those without a `*` are looked up, so that ten thousand of them cost no more than one. */
class AddressRules {
  private readonly addresses = new Set<string>()
  private readonly domains = new Set<string>()
  private readonly addressGlobs: string[] = []
  private readonly domainGlobs: string[] = []

  readonly isEmpty: boolean

  constructor(patterns: readonly string[]) {
    this.isEmpty = patterns.length === 0
    for (const pattern of patterns) {
      const at = pattern.lastIndexOf('@')
      const local = pattern.slice(0, Math.max(at, 0))
      const domain = pattern.slice(at + 1)
      if (pattern === '<>') this.addresses.add('')
      else if (local !== '' && local !== '*') this.add(pattern, this.addresses, this.addressGlobs)
      else this.add(domain, this.domains, this.domainGlobs)
    }
  }

  /** "" is the sender of bounces. */
  fit(address: string): boolean {
    if (this.isEmpty) return false
    if (address === '') return this.addresses.has('')
    const { local, domain } = spelledAddress(address)
    const whole = `${local}@${domain}`
    return (
      this.addresses.has(whole) ||
      this.domains.has(domain) ||
      this.domainGlobs.some((glob) => fitsGlob(glob, domain)) ||
      this.addressGlobs.some((glob) => fitsGlob(glob, whole))
    )
  }

  private add(pattern: string, exact: Set<string>, globs: string[]): void {
    if (pattern.includes('*')) globs.push(pattern)
    else exact.add(pattern)
  }
}

/** All rules, ready to be asked. */
export class BlockRules {
  private readonly networks: Networks
  private readonly senders: AddressRules
  private readonly recipients: AddressRules
  private readonly subjects: readonly string[]

  constructor(rules: readonly { kind: BlockKind; pattern: string }[]) {
    const of = (kind: BlockKind) => rules.filter((rule) => rule.kind === kind).map(({ pattern }) => pattern)
    this.networks = new Networks(of('network'))
    this.senders = new AddressRules(of('sender'))
    this.recipients = new AddressRules(of('recipient'))
    this.subjects = of('subject')
  }

  /** Whether some look at what only the header of a mail tells. */
  get readHeaders(): boolean {
    return this.subjects.length > 0 || !this.senders.isEmpty
  }

  fitClient(client: string): boolean {
    return !this.networks.isEmpty && this.networks.has(client)
  }

  fitSender(address: string): boolean {
    return this.senders.fit(address)
  }

  /** With its tag, and without. */
  fitRecipient(address: string): boolean {
    if (this.recipients.isEmpty) return false
    const own = parseAddress(address)?.mailbox
    return this.recipients.fit(address) || (own !== undefined && this.recipients.fit(own))
  }

  fitSubject(subject: string): boolean {
    if (this.subjects.length === 0) return false
    const text = oneSpaced(spelled(subject)).trim()
    return this.subjects.some((pattern) => (pattern.includes('*') ? fitsGlob(pattern, text) : text.includes(pattern)))
  }
}

/** Whether a text is what a pattern says, where `*` is any text. Each part is looked for once, so that it takes no long time. */
export function fitsGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return text === first
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
