// A mail made from what the client of an API wrote: its MIME, and the trace that says so.
import addressparser from 'nodemailer/lib/addressparser'
import { parseEmail } from '../accounts/account.ts'
import { typeIn } from './media-type.ts'

/** A mail before it is one. */
export type Letter = {
  /** An address, or a name and an address. */
  sender: string
  subject: string
  /** Html or text. */
  body: string
  files: readonly LetterFile[]
}

export type LetterFile = { name: string; type: string; bytes: Uint8Array }

export type Sender = { name: string; address: string }

/** Tags that mails commonly have; a text may well speak of others. */
const looksLikeHtml =
  /<(?:!doctype html|html|head|body|p|div|span|br|hr|a|img|table|h[1-6]|ul|ol|b|i|u|em|strong|center|font|pre|style)(?:[\s/][^<>]*)?>/i

/** Bytes from which on they are handed on. */
const worthHandingOn = 128 * 1024

const control = /\p{Cc}/u

/** Null for what is no one sender. Nothing that could end a header's line is let pass. */
export function readSender(text: string): Sender | null {
  if (control.test(text)) return null
  const [sender, ...others] = addressparser(text, { flatten: true })
  if (!sender || others.length > 0 || parseEmail(sender.address) === null) return null
  // The reader of headers makes the best of what it finds; who writes one now is asked to say it plainly.
  const isPlain = text.trim() === sender.address || text.trim().endsWith(`<${sender.address}>`)
  if (!isPlain) return null
  return { name: sender.name, address: sender.address }
}

/** Whether it can stand in a header. */
export const isOneLine = (text: string): boolean => !control.test(text)

/** Bytes that a mail will have, but for its headers. Base64 has 76 characters a line (RFC 2045 §6.8). */
export const composedSize = ({ body, files }: Pick<Letter, 'body' | 'files'>): number =>
  files.reduce((sum, { bytes }) => sum + Math.ceil((bytes.byteLength * 4 * 78) / (3 * 76)), Buffer.byteLength(body))

/** Bytes of a mail, all its lines ending in CRLF, as they are made. */
export async function* compose(
  sender: Sender,
  { subject, body, files }: Omit<Letter, 'sender'>,
  { to, at }: { to: string; at: number },
): AsyncGenerator<Uint8Array> {
  const text = body.replace(/\r\n?|\n/g, '\r\n')
  // Its tables of types are loaded by who first needs them.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const mail = new MailComposer({
    from: sender,
    to,
    subject,
    date: new Date(at),
    ...(looksLikeHtml.test(text) ? { html: text } : { text }),
    attachments: files.map(({ name, type, bytes }) => ({
      filename: name === '' ? false : name.replace(/\p{Cc}/gu, '_'),
      contentType: plainType(type),
      contentDisposition: 'attachment',
      contentTransferEncoding: 'base64',
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    })),
    // Nothing that a client wrote is a path or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  let some: Buffer[] = []
  let size = 0
  for await (const chunk of mail.compile().createReadStream()) {
    some.push(chunk)
    size += chunk.length
    if (size < worthHandingOn) continue
    yield Buffer.concat(some)
    some = []
    size = 0
  }
  yield Buffer.concat(some)
}

/** A mail in a mail is bytes too: no reader is to take it for a part of this one. */
function plainType(type: string): string {
  const safe = typeIn(type)
  return /^(multipart|message)\//.test(safe) ? 'application/octet-stream' : safe
}

/** As SMTP's, but that no client of SMTP sent it. `by`: this server's name. */
export const injectionTrace =
  (from: string, { by, to, at }: { by: string; to: string; at: number }) =>
  (id: string): string =>
    `Return-Path: <${from}>\r\n` +
    `Received: by ${by} (injected by its API) with HTTP\r\n` +
    `\tid ${id}\r\n\tfor <${to}>;\r\n` +
    `\t${new Date(at).toUTCString().replace('GMT', '+0000')}\r\n`
