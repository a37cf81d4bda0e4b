// The certificate: there, readable, a pair, in time, and for the names by which this server is reached.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { because } from '../../cannot-do.ts'
import { CannotStart } from '../../cannot-start.ts'
import { certificateFromFiles, soonDays } from '../../certificate.ts'
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, note, wrong } = findingsOf('certificate')

const day = 86_400_000
const renew = 'renew it'

export async function certificate(
  { tls, smtp, server, http }: Pick<Config, 'tls' | 'smtp' | 'server' | 'http'>,
  now: number,
): Promise<Finding[]> {
  const { cert_file, key_file } = tls
  if (cert_file === undefined || key_file === undefined) {
    return [
      note(
        'SMTP uses a self-signed certificate of its own making: mail servers take it, careful clients do not',
        'set tls.cert_file and tls.key_file',
      ),
    ]
  }
  const cert = read('tls.cert_file', cert_file, (text) => new X509Certificate(text))
  const key = read('tls.key_file', key_file, createPrivateKey)
  if ('finding' in cert) return [cert.finding, ...('finding' in key ? [key.finding] : [])]
  if ('finding' in key) return [key.finding]
  const refusal = await refusalOf(cert_file, key_file)
  if (refusal !== null) return [wrong(refusal, 'take the two files of the same certificate, with its whole chain')]
  const webName = http.tls && server.public_url !== undefined ? new URL(server.public_url).hostname : null
  return [
    inTime(cert.value, now),
    ...names(cert.value, [smtp.hostname, ...(webName === null ? [] : [webName])]),
    ...(cert.value.checkIssued(cert.value)
      ? [note('it is self-signed: careful clients do not take it', 'have it signed by a certificate authority')]
      : []),
  ]
}

/** Why the server would not start with them. */
async function refusalOf(certFile: string, keyFile: string): Promise<string | null> {
  try {
    await certificateFromFiles(certFile, keyFile)
    return null
  } catch (error) {
    if (error instanceof CannotStart) return error.message
    throw error
  }
}

function read<Value>(
  key: string,
  file: string,
  parse: (text: string) => Value,
): { value: Value } | { finding: Finding } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return { finding: wrong(`${key} ${file} cannot be read: ${because(error)}`, 'name a file that Mayfly may read') }
  }
  try {
    return { value: parse(text) }
  } catch {
    return { finding: wrong(`${key} ${file} is not PEM, or not of this kind`, 'name the PEM file') }
  }
}

function inTime({ validFrom, validTo }: X509Certificate, now: number): Finding {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  if (now < from) return wrong(`it is not good before ${iso(from)}`, 'set the clock, or take another')
  if (now >= to) return wrong(`it ended on ${iso(to)}`, renew)
  const days = Math.floor((to - now) / day)
  return days < soonDays ? wrong(`it ends in ${days} days, on ${iso(to)}`, renew) : ok(`it is good until ${iso(to)}`)
}

function names(cert: X509Certificate, wanted: readonly string[]): Finding[] {
  const missing = [...new Set(wanted)].filter(
    (name) => (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) === undefined,
  )
  if (missing.length === 0) return [ok(`it is for ${wanted.join(' and ')}`)]
  return missing.map((name) =>
    wrong(`it is not for ${name}, but for ${cert.subjectAltName ?? cert.subject}`, `have it made for ${name} too`),
  )
}

const iso = (at: number): string => new Date(at).toISOString().slice(0, 10)
