// Which domains an account may add, in the one spelling in which they are kept.
import { isIP } from 'node:net'
import { invalid } from '../refusal.ts'
import { type Complaint, complaints, longestName } from './complaints.ts'

/** `local.test`, `*.local.test`, in A-labels. Refuses: invalid-request for all that nobody can own. */
export async function claimable(wished: string, readDomain: (text: string) => string | null): Promise<string> {
  const text = wished.trim()
  const isWild = text.startsWith('*.')
  const bare = isWild ? text.slice(2) : text
  if (isIP(bare.replace(/^\[(.*)\]$/, '$1')) !== 0) throw complaint('address')
  const base = readDomain(bare)
  if (base === null) throw complaint('shape')
  if (!base.includes('.')) throw complaint('whole')
  if (base.length > longestName) throw complaint('long')
  // Large, and needed when somebody adds a domain only.
  const { getPublicSuffix } = await import('tldts')
  // What is under no rule of the list, such as .test and .lan, has its last label for a suffix.
  const suffix = getPublicSuffix(base, { allowPrivateDomains: true, validateHostname: false })
  if (suffix === base) throw complaint('shared')
  return `${isWild ? '*.' : ''}${base}`
}

const complaint = (which: Complaint) => invalid('body.name', complaints[which])
