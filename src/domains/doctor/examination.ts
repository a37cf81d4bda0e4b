// What the checks of one report share.
import ipaddr from 'ipaddr.js'
import type { Finding } from '../../finding.ts'
import type { Outside } from '../../outside.ts'
import type { Here } from '../looking.ts'
import type { Looked } from '../resolver.ts'
import type { Questions } from './questions.ts'

export type Examination = {
  questions: Questions
  here: Here
  /** The addresses of this server: asked for once. */
  own: Promise<Looked<string>>
  outside: Outside
}

/** RFC 6761, RFC 6762, RFC 9476 and what home routers use: the world has no records for them. */
export const reserved = /(^|\.)(test|example|invalid|localhost|local|internal|lan|alt|home\.arpa|onion)$/

/** Where the internet does not lead, and addresses in which such a one may hide. */
const inner = new Set([
  ...['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified', 'broadcast', 'multicast'],
  ...['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4', 'teredo'],
])

export const isInner = (address: string): boolean => ipaddr.isValid(address) && inner.has(ipaddr.parse(address).range())

const longest = 1000

/** Strangers wrote some of it, and terminals show it. */
export const harmless = (finding: Finding): Finding => ({
  ...finding,
  says: plain(finding.says),
  ...(finding.mend === undefined ? {} : { mend: plain(finding.mend) }),
  ...(finding.asked ? { asked: finding.asked.map(plain) } : {}),
  ...(finding.answered ? { answered: finding.answered.map(plain) } : {}),
})

const plain = (text: string): string => text.slice(0, longest).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
