// The certificate: there, readable, a pair, in time, and for the names by which this server is reached.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { because } from '../../cannot-do.ts'
import { CannotStart } from '../../cannot-start.ts'
import { certificateFromFiles } from '../../certificate.ts'
import type { Config } from '../../config/schema.ts'
import { inTime, names, selfSigned } from '../../domains/doctor/certificate.ts'
import { type Finding, findingsOf } from '../../finding.ts'

const of = findingsOf('certificate')
const { note, wrong } = of

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
    inTime(of, cert.value, now),
    ...names(of, cert.value, [smtp.hostname, ...(webName === null ? [] : [webName])]),
    ...selfSigned(of, cert.value),
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
