// What a certificate says of itself: in time, and for the names by which this server is reached.
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { soonDays } from '../../certificate.ts'
import type { Finding, findingsOf } from '../../finding.ts'

type Findings = ReturnType<typeof findingsOf>

const day = 86_400_000
const renew = 'renew it'

export function inTime({ ok, wrong }: Findings, { validFrom, validTo }: X509Certificate, now: number): Finding {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  if (now < from) return wrong(`it is not good before ${iso(from)}`, 'set the clock, or take another')
  if (now >= to) return wrong(`it ended on ${iso(to)}`, renew)
  const days = Math.floor((to - now) / day)
  return days < soonDays ? wrong(`it ends in ${days} days, on ${iso(to)}`, renew) : ok(`it is good until ${iso(to)}`)
}

export const isFor = (cert: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined

export function names({ ok, wrong }: Findings, cert: X509Certificate, wanted: readonly string[]): Finding[] {
  const missing = [...new Set(wanted)].filter((name) => !isFor(cert, name))
  if (missing.length === 0) return [ok(`it is for ${wanted.join(' and ')}`)]
  return missing.map((name) =>
    wrong(`it is not for ${name}, but for ${cert.subjectAltName ?? cert.subject}`, `have it made for ${name} too`),
  )
}

export const selfSigned = ({ note }: Findings, cert: X509Certificate): Finding[] =>
  cert.issuer === cert.subject && cert.verify(cert.publicKey)
    ? [note('it is self-signed: careful clients do not take it', 'have it signed by a certificate authority')]
    : []

const iso = (at: number): string => new Date(at).toISOString().slice(0, 10)
