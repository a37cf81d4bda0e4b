// An account is the tenant; members are the persons who sign in to it.
import type { Outside } from '../outside.ts'
import { invalid, type Reason } from '../refusal.ts'

export type Account = {
  id: string
  plan: string
  state: 'active' | 'suspended'
  createdAt: number
  /** When what was paid for it ran out, where it has no other plan to go back to: until it is paid again. */
  lapsedAt: number | null
}

/** Why nobody is let in for this account, or null. */
export function whyShut({ state, lapsedAt }: { state: string; lapsedAt: number | null }): Reason | null {
  if (state === 'suspended') return 'account-suspended'
  return lapsedAt === null ? null : 'plan-lapsed'
}

export type Role = 'owner' | 'member'

export type Member = {
  id: string
  accountId: string
  /** Lower case. */
  email: string
  role: Role
  /** An operator of this server. */
  isAdmin: boolean
  hasPassword: boolean
  createdAt: number
  lastSignInAt: number | null
}

/** A sign-in. `agent`: what the client said it was. */
export type Session = {
  id: string
  memberId: string
  createdAt: number
  expiresAt: number
  lastUsedAt: number
  client: string
  agent: string
}

/** A one-time link that is still good. */
export type Invitation = {
  id: string
  /** `register`: to a new account, `join`: to this one. */
  kind: 'register' | 'join'
  role: Role | null
  plan: string | null
  email: string | null
  createdAt: number
  expiresAt: number
}

// RFC 5321 §4.5.3.1: 64 and 255 octets, 254 together with the brackets of a path.
const plain = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}@[^\s@"(),:;<>[\\\]\p{C}]{1,189}$/u

/** The one spelling of an e-mail address, if it is one. */
export const spelled = (text: string): string => text.normalize('NFC').trim().toLowerCase()

/** An e-mail address that somebody signs in with, in its one spelling; null if it cannot be one. */
export function parseEmail(text: string): string | null {
  const email = spelled(text)
  return plain.test(email) ? email : null
}

/** Refuses: invalid-request. */
export function mustBeEmail(text: string): string {
  const email = parseEmail(text)
  if (email === null) throw invalid('body.email', 'must be an e-mail address')
  return email
}

/** A new account. */
export const fresh = (plan: string, outside: Outside): Account => ({
  id: outside.uuid(),
  plan,
  state: 'active',
  createdAt: outside.now(),
  lapsedAt: null,
})
