// The header of a mail as fields, in the order written, and the text that stands in a field.

import { Buffer } from 'node:buffer'
import { decodeBytes } from './charset.ts'
import { libmime } from './mime-library.ts'

/** `value` is unfolded but not decoded: one character a byte. */
export type Field = { name: string; value: string }

/** How much of a header is read, in bytes; SMTP refuses longer ones. */
export const HEADER_BYTES = 256 * 1024

/** Where the first field begins, if there is one. */
const FIRST_FIELD_BYTES = 4 * 1024

/**
 * The fields of the header that `bytes` begin with, up to the first empty line (RFC 5322 §2.1). Lines may end in bare
 * LF; an mbox "From " line at the front and lines without a colon are passed over. Linear in the header's length.
 */
export function fields(bytes: Uint8Array): Field[] {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEADER_BYTES))
  const text = head.toString('latin1', 0, headerLength(head))
  const found: Field[] = []
  let lines: string[] = []
  let name = ''
  const finish = () => {
    if (name) found.push({ name, value: lines.join(' ').trim() })
    name = ''
  }
  // Looked for again only behind the last one: a header of lines without any would be read once for each of them.
  let colon = text.indexOf(':')
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline + 1
    const end = newline > start && text.charCodeAt(newline - 1) === 0x0d ? newline - 1 : newline < 0 ? next : newline
    const first = text.charCodeAt(start)
    if (first === 0x20 || first === 0x09) {
      if (name) lines.push(text.slice(start, end).trim())
    } else {
      finish()
      if (colon >= 0 && colon < start) colon = text.indexOf(':', start)
      if (colon > start && colon < end) {
        const written = text.slice(start, colon).trimEnd()
        // RFC 5322 §2.2: printable ASCII without the colon; also what keeps "From jane Mon Jan 1 10:00" out.
        if (/^[!-9;-~]+$/.test(written)) {
          name = written
          lines = [text.slice(colon + 1, end).trim()]
        }
      }
    }
    start = next
  }
  finish()
  return found
}

/** A field's value as people read it: encoded-words (RFC 2047) and raw 8-bit bytes decoded, control characters gone. */
export function decodeText(raw: string): string {
  if (!raw.includes('=?')) return printable(decodeRaw(raw))
  try {
    return printable(libmime().decodeWords(decodeRaw(wordsInAscii(raw))))
  } catch {
    return printable(decodeRaw(raw))
  }
}

/** Raw 8-bit bytes in an encoded-word are of that word's charset. */
function wordsInAscii(raw: string): string {
  if (!/[\x80-\xff]/.test(raw)) return raw
  return raw.replace(/=\?[^?]{1,80}\?[Qq]\?[^?]{1,2000}\?=/g, (word) =>
    word.replace(/[\x80-\xff]/g, (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase()}`),
  )
}

/** Raw 8-bit bytes in a header are UTF-8 (RFC 6532 §3.2) or a mistake, which is guessed. */
export function decodeRaw(raw: string): string {
  return /[^\0-\x7f]/.test(raw) ? decodeBytes(Buffer.from(raw, 'latin1'), null) : raw
}

/** One line without control characters, unpaired surrogates and outer space. */
export function printable(text: string): string {
  const oneLine = /[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(text)
    ? text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    : text
  return oneLine.toWellFormed().trim()
}

/** At most `length` characters, and never half of a pair of surrogates. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** Whether the header of `bytes` goes on beyond what is read of it. */
export function isHeaderCut(bytes: Uint8Array): boolean {
  if (bytes.length <= HEADER_BYTES) return false
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  return headerLength(head) === head.length
}

/** Whether a mail begins with lines that are none of a header's, so that all of it is its body. */
export function isBodyAlone(bytes: Uint8Array): boolean {
  const empty = bytes.length === 0 || bytes[0] === 0x0a || (bytes[0] === 0x0d && bytes[1] === 0x0a)
  return !empty && fields(bytes.subarray(0, FIRST_FIELD_BYTES)).length === 0
}

function headerLength(head: Buffer): number {
  if (head[0] === 0x0a || (head[0] === 0x0d && head[1] === 0x0a)) return 0
  const lf = head.indexOf('\n\n')
  const crlf = head.indexOf('\n\r\n')
  if (lf < 0) return crlf < 0 ? head.length : crlf + 1
  return crlf < 0 ? lf + 1 : Math.min(lf, crlf) + 1
}
