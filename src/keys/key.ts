// A key: an API credential of an account, whose prefix its client may check.
import { type Outside, randomBelow } from '../outside.ts'
import type { Scope } from '../plans/plan.ts'

const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** How long what follows each prefix is, and of what it is made. */
const forms = {
  mayfly_: [40, alphanumeric],
  dm_live_: [40, alphanumeric],
  mmak_: [52, base32],
  tm_pro_: [32, alphanumeric],
  mf_: [30, alphanumeric],
  r2m_: [40, alphanumeric],
} as const satisfies Record<string, readonly [length: number, alphabet: string]>

export type Prefix = keyof typeof forms

export const isPrefix = (text: string): text is Prefix => Object.hasOwn(forms, text)
export const prefixes = Object.keys(forms).filter(isPrefix)

export type Key = {
  id: string
  accountId: string
  /** Who made it; null once that member is gone. */
  memberId: string | null
  /** The e-mail address of who made it. */
  maker: string
  name: string
  prefix: Prefix
  /** Of what follows the prefix, the first and the last four characters. */
  head: string
  tail: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  /** Null: all that the maker may do. */
  scopes: readonly Scope[] | null
  /** Empty: from anywhere. */
  origins: readonly string[]
  /** Domains of the mailboxes that it may touch; empty: of all. */
  domains: readonly string[]
  /** APIs that it is for; empty: all. */
  dialects: readonly string[]
  /** Until when the secret before the last rotation is good. */
  previousUntil: number | null
  lastUsedAt: number | null
  requests: number
}

export type Secret = { secret: string; head: string; tail: string }

/** At least 160 random bits. */
export function makeKey(outside: Outside, prefix: Prefix): Secret {
  const [length, alphabet] = forms[prefix]
  let random = ''
  for (let n = 0; n < length; n++) random += alphabet[randomBelow(outside, alphabet.length)]
  return { secret: prefix + random, head: random.slice(0, 4), tail: random.slice(-4) }
}

/** Whether a text can be a key: what cannot is not looked up. */
export function looksLikeKey(text: string): boolean {
  const prefix = prefixes.find((one) => text.startsWith(one))
  if (prefix === undefined) return false
  const [length, alphabet] = forms[prefix]
  if (text.length !== prefix.length + length) return false
  for (let at = prefix.length; at < text.length; at++) if (!alphabet.includes(text[at] ?? ' ')) return false
  return true
}

/** Whether it bears the prefix of a key, be the rest as it may: such a one is no other credential. */
export const hasPrefix = (text: string): boolean => prefixes.some((prefix) => text.startsWith(prefix))

export const isInactive = ({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>, now: number): boolean =>
  (revokedAt !== null && revokedAt <= now) || (expiresAt !== null && expiresAt <= now)
