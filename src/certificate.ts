// The certificate for TLS: the operator's, or a self-signed one that is made once and kept in the data directory.

import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { because } from './cannot-do.ts'
import { CannotStart } from './cannot-start.ts'
import type { Config } from './config/schema.ts'
import { endOf as endOfThread, startThread } from './thread.ts'

/** PEM texts; `cert` may hold the chain. */
export type Certificate = { cert: string; key: string }

/** What the thread that makes one is told, in epoch milliseconds, and what it answers. */
export type ToMaker = { hostname: string; from: number; to: number }
export type FromMaker = Certificate | { failed: string }

const day = 86_400_000
const lifetimeDays = 3650
/** A self-signed one with less left than this is made anew. */
const leastDays = 30
/** With less left than this, the operator's is said to end soon. */
export const soonDays = 14

/** The one that this config asks for. `now`: epoch milliseconds. Throws with a sentence for the operator. */
export const certificateOf = (
  { tls, server, smtp }: Pick<Config, 'tls' | 'server' | 'smtp'>,
  now: number,
): Promise<Certificate> =>
  tls.cert_file !== undefined && tls.key_file !== undefined
    ? certificateFromFiles(tls.cert_file, tls.key_file)
    : selfSigned(server.data_dir, smtp.hostname, now)

/** From `cert_file` and `key_file`. Throws with a sentence for the operator. */
export async function certificateFromFiles(certFile: string, keyFile: string): Promise<Certificate> {
  const places = [`tls.cert_file ${certFile}`, `tls.key_file ${keyFile}`] as const
  const read = await Promise.all([
    readPem(certFile, places[0], readChain, 'is not PEM, or not a whole certificate'),
    readPem(keyFile, places[1], createPrivateKey, 'is not PEM, or not a private key without a passphrase'),
  ])
  const [cert, key] = read
  if ('wrong' in cert || 'wrong' in key) {
    throw new CannotStart(read.flatMap((one) => ('wrong' in one ? [one.wrong] : [])).join('; '))
  }
  const pair = { cert: cert.text, key: key.text }
  if (!belongTogether(pair)) throw new CannotStart(`${places[1]} is not the key of ${places[0]}`)
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new CannotStart(`${places[0]} or ${places[1]} cannot be used for TLS: ${said(error)}`)
  }
  return pair
}

/** Also what stands behind the first: half of a chain is half of a file that is being written. */
function readChain(text: string): void {
  const [first = '', ...chain] = text.split(/(?=-----BEGIN )/)
  for (const one of chain.length > 0 ? chain : [first]) new X509Certificate(one)
}

/** When it ends, in epoch milliseconds. */
export const endOf = ({ cert }: Certificate): number => Date.parse(new X509Certificate(cert).validTo)

/** The one in the data directory, or a new one if there is none that still fits. `now`: epoch milliseconds. */
export async function selfSigned(dataDir: string, hostname: string, now: number): Promise<Certificate> {
  const [certFile, keyFile] = [join(dataDir, 'smtp-cert.pem'), join(dataDir, 'smtp-key.pem')]
  const kept = await keptCertificate(certFile, keyFile)
  if (kept && fits(kept, hostname, now)) return kept
  const made = await make(hostname, now)
  await replace(keyFile, made.key, 0o600)
  await replace(certFile, made.cert, 0o644)
  return made
}

async function keptCertificate(certFile: string, keyFile: string): Promise<Certificate | null> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
    return { cert, key }
  } catch {
    return null
  }
}

function fits(certificate: Certificate, hostname: string, now: number): boolean {
  try {
    const { validFrom, validTo, subjectAltName = '' } = new X509Certificate(certificate.cert)
    const names = subjectAltName.split(/,\s*/)
    const ends = Date.parse(validTo) - leastDays * day
    const isFor = names.includes(`DNS:${hostname}`) || names.includes(`IP Address:${hostname}`)
    return isFor && Date.parse(validFrom) <= now && now < ends && belongTogether(certificate)
  } catch {
    return false
  }
}

const belongTogether = ({ cert, key }: Certificate): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))

async function make(hostname: string, now: number): Promise<Certificate> {
  const thread = startThread('certificate')
  const end = endOfThread(thread)
  try {
    const { promise, resolve, reject } = Promise.withResolvers<FromMaker>()
    thread.onmessage = ({ data }: MessageEvent<FromMaker>) => resolve(data)
    thread.onerror = ({ message }) => reject(new Error(message))
    thread.addEventListener('close', () => reject(new Error('the thread that makes the certificate ended')))
    thread.postMessage({ hostname, from: now - day, to: now + lifetimeDays * day } satisfies ToMaker)
    const made = await promise
    if ('failed' in made) throw new Error(made.failed)
    return made
  } finally {
    await end()
  }
}

/** Whole or not at all, also when the machine stops half-way. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, text, { mode, flag: 'wx', flush: true })
  await rename(draft, file)
}

/** The text, once `parse` has taken it, or what is wrong with it. `place`: what the operator calls the file. */
async function readPem(
  file: string,
  place: string,
  parse: (text: string) => unknown,
  otherwise: string,
): Promise<{ text: string } | { wrong: string }> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return { wrong: `${place} cannot be read: ${because(error)}` }
  }
  try {
    parse(text)
    return { text }
  } catch {
    return { wrong: `${place} ${otherwise}` }
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))
