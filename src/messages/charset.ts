// Bytes to text by the charset that a mail names, however wrongly it names it.

import { type Buffer, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { libmime } from './mime-library.ts'

// Charsets outside the WHATWG list that mail still uses; libmime decodes them with iconv-lite.
const RARE = /^(?:cp|ibm)-?\d{3,4}$|^hz-gb-2312$|^viscii|^tcvn|^armscii-8$|^utf-?32(?:le|be)?$|^mac[a-z]+$/

// Names that say no more than that somebody did not know.
const SAYS_NOTHING = new Set(['', 'ascii', 'us-ascii', 'usascii', '7bit', '8bit', 'binary', 'unknown-8bit', 'unknown'])

const LABEL_CHARACTERS = 100

const decoders = new Map<string, TextDecoder>()

/**
 * The text in `bytes`. A charset that is missing, unknown or plainly wrong is guessed; never throws. UTF-7 counts as
 * missing: decoding it costs seconds for some megabytes, and only attacks still use it.
 */
export function decodeBytes(bytes: Buffer, charset: string | null): string {
  // RFC 2231 §5: a language may follow. What is longer than this names no charset.
  const written = (charset ?? '').slice(0, LABEL_CHARACTERS).split('*', 1)[0] ?? ''
  const label = written.trim().toLowerCase().replaceAll('"', '')
  if (label === 'utf-8' || label === 'utf8') return withoutMark(bytes.toString('utf8'))
  if (SAYS_NOTHING.has(label) || label.replace(/[^a-z0-9]/g, '').includes('utf7')) return guess(bytes)
  // RFC 2781 §4.3: the mark at the front says which end comes first.
  if (/^utf-?16$/.test(label) && bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, 'utf-16be') ?? ''
  return (
    decode(bytes, label) ??
    (RARE.test(label) ? libmime().decodeWord(label, 'B', bytes.toString('base64')) : null) ??
    decode(bytes, libmime().normalizeCharset(label)) ??
    guess(bytes)
  )
}

/** UTF-8 if it is that, the charset a `<meta>` names, ISO-2022-JP by its escapes, else windows-1252. */
function guess(bytes: Buffer): string {
  if (bytes.includes('\u001b$')) return decode(bytes, 'iso-2022-jp') ?? bytes.toString('latin1')
  if (isUtf8(bytes) || isUtf8(bytes.subarray(0, wholeCharacters(bytes)))) return withoutMark(bytes.toString('utf8'))
  const named = /charset\s{0,9}=\s{0,9}["']?([\w-]{2,30})/i.exec(bytes.subarray(0, 2048).toString('latin1'))?.[1]
  const meta = named && !/^utf-?8$/i.test(named) ? decode(bytes, named.toLowerCase()) : null
  return meta ?? decode(bytes, 'windows-1252') ?? bytes.toString('latin1')
}

function decode(bytes: Buffer, label: string): string | null {
  let decoder = decoders.get(label)
  if (!decoder) {
    try {
      decoder = new TextDecoder(label)
    } catch {
      return null
    }
    decoders.set(label, decoder)
  }
  return decoder.decode(bytes)
}

/** The length without a UTF-8 character that was cut off at the end. */
function wholeCharacters(bytes: Buffer): number {
  let end = bytes.length
  while (end > bytes.length - 3 && end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--
  return ((bytes[end - 1] ?? 0) & 0xc0) === 0xc0 ? end - 1 : bytes.length
}

const withoutMark = (text: string) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
