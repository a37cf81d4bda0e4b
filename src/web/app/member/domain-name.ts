// The name of a domain, looked at as one types. The server looks closer: it knows what many have theirs below.
import { type Complaint, longestName } from '../../../domains/complaints.ts'

/** `ascii`: as mail servers know it. Nothing is wrong with what is not there yet. */
export type ReadName = { ascii: string; complaint: Complaint | null }

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** `operators`: names that are the server's own, with all below them. */
export function readName(text: string, operators: readonly string[]): ReadName {
  const wished = text.trim()
  if (wished === '') return { ascii: '', complaint: null }
  const isWild = wished.startsWith('*.')
  const bare = (isWild ? wished.slice(2) : wished).replace(/[.。．｡]$/, '')
  const wrong = (complaint: Complaint): ReadName => ({ ascii: '', complaint })
  if (/^\[?[\d.]+\]?$|:/.test(bare)) return wrong(/^\[?[\d.]+\]?$|^\[?[\da-f:.]+\]?$/i.test(bare) ? 'address' : 'shape')
  const ascii = asciiOf(bare)
  if (ascii === null || ascii === '') return wrong('shape')
  if (!ascii.includes('.')) return wrong('whole')
  if (ascii.length > longestName) return wrong('long')
  if (!ascii.split('.').every((one) => label.test(one))) return wrong('shape')
  const isOperators = operators.some((own) => ascii === own || ascii.endsWith(`.${own}`))
  return { ascii: (isWild ? '*.' : '') + ascii, complaint: isOperators ? 'operators' : null }
}

/** Of ASCII only what a name may have is given to the browser, which would take more of it for a host than a host has. */
function asciiOf(bare: string): string | null {
  const plain = bare.replace(/[^!-~]/g, '')
  if (!/^[A-Za-z0-9.-]*$/.test(plain) || /\s/.test(bare)) return null
  if (plain === bare) return bare.toLowerCase()
  const written = `http://${bare}/`
  const host = URL.canParse(written) ? new URL(written).hostname : ''
  return host === '' || /^[\d.]+$/.test(host) ? null : host
}
