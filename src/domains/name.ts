// Which domains an account may add, in the one spelling in which they are kept.
import { isIP } from 'node:net'
import { invalid } from '../refusal.ts'

/** `local.test`, `*.local.test`, in A-labels. Refuses: invalid-request for all that nobody can own. */
export async function claimable(wished: string, readDomain: (text: string) => string | null): Promise<string> {
  const text = wished.trim()
  const isWild = text.startsWith('*.')
  const bare = isWild ? text.slice(2) : text
  if (isIP(bare.replace(/^\[(.*)\]$/, '$1')) !== 0) throw complaint('must be the name of a domain, and no IP address')
  const base = readDomain(bare)
  if (base === null) throw complaint('must be the name of a domain, such as example.com or *.example.com')
  if (!base.includes('.')) throw complaint('must be a whole name, such as example.com')
  if (base.length > longestBase) throw complaint(`must be at most ${longestBase} characters long`)
  // Large, and needed when somebody adds a domain only.
  const { getPublicSuffix } = await import('tldts')
  // What is under no rule of the list, such as .test and .lan, has its last label for a suffix.
  const suffix = getPublicSuffix(base, { allowPrivateDomains: true, validateHostname: false })
  if (suffix === base) throw complaint('must be a domain of your own: many have theirs below this one')
  return `${isWild ? '*.' : ''}${base}`
}

/** `_mayfly.` and any label must have room before it (RFC 1035 §2.3.4). */
const longestBase = 240

const complaint = (message: string) => invalid('body.name', message)
