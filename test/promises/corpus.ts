// The public mails that stand beside the repository, and what is compared of them. They are read where they are.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attachment } from '../../src/messages/attachment.ts'
import type { Contact, Digest } from '../../src/messages/digest.ts'
import { digest } from '../../src/messages/digest.ts'

const corpus = join(import.meta.dir, '../../../shared/corpus/mail')

/** Whether there is a corpus: without one, its tests are skipped and say so. */
export const isHere = existsSync(corpus)

export const files: string[] = isHere
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(corpus, file)).isFile())
      .sort()
  : []

/** Mails, and no trees, licences or decoded parts. */
export const mails: string[] = files.filter(
  (file) => /\.(?:eml|msg)$/.test(file) || (/^spamassassin\//.test(file) && !/COPYING|README/.test(file)),
)

export const read = (file: string): Buffer => readFileSync(join(corpus, file))
export const exists = (file: string): boolean => files.includes(file)

/** The mail with bare LF, as it lies in a file. */
export const withLf = (mail: Buffer): Buffer => Buffer.from(mail.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')

/** The mail as an honest client sends it: every line ends in CRLF. */
export const withCrlf = (mail: Buffer): Buffer =>
  Buffer.from(mail.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')

/** What a mail says, by names of facts. Those that a tree says nothing about are not in its facts. */
export type Facts = Record<string, string>

/** Text as it is compared: white space counts once. */
export const squeezed = (text: string): string => text.replace(/[\s\ufeff]+/g, ' ').trim()

export const person = ({ name, address }: Contact): string => `${squeezed(name)} <${address.toLowerCase()}>`

/** What an attachment holds: text by its words, other bytes by their checksum. */
export const textual = (text: string): string => `text ${checksum(squeezed(text).replaceAll('\0', ''))}`
export const binary = (bytes: Uint8Array): string => `bytes ${checksum(bytes)}`

const checksum = (what: string | Uint8Array): string => createHash('sha256').update(what).digest('hex').slice(0, 12)

/** All facts of our own digest. */
export async function factsOf(bytes: Uint8Array): Promise<Facts & { read: string }> {
  const found = await digest(bytes)
  const contents: string[] = []
  for (const { index, type } of found.attachments) {
    const one = await attachment(bytes, index)
    if (!one) throw new Error(`attachment ${index} is not there`)
    contents.push(type === 'message/rfc822' ? 'mail' : contentOf(type, one.bytes))
  }
  return {
    read: '',
    subject: squeezed(found.subject),
    from: found.from.map(person).join(),
    to: found.to.map(person).join(),
    cc: found.cc.map(person).join(),
    addresses: addressesOf(found),
    date: String(found.date),
    messageId: squeezed(found.messageId ?? '').replace(/^<(.*)>$/, '$1'),
    headers: found.headers.map(({ name, value }) => `${name}: ${squeezed(value)}`).join('\n'),
    text: squeezed(found.text ?? ''),
    html: squeezed(found.html ?? ''),
    names: found.attachments.map(({ name }) => (name.startsWith('attachment-') ? '-' : name)).join(),
    contents: contents.join(),
  }
}

const addressesOf = ({ from, to, cc }: Digest): string =>
  [from, to, cc]
    .map((some) => some.flatMap(({ address }) => (address.includes('@') ? [address.toLowerCase()] : [])))
    .join(' / ')

const contentOf = (type: string, bytes: Uint8Array): string =>
  type.startsWith('text/') ? textual(Buffer.from(bytes).toString('latin1')) : binary(bytes)

/** The names of the facts of a tree that ours disagree with. */
export const disagreeing = (expected: Facts, ours: Facts): string[] =>
  Object.keys(expected).filter((what) => expected[what] !== ours[what])
