// Reads the arguments of MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.2).

import type { Reason } from '../refusal.ts'
import { complaints, type Reply } from './replies.ts'

/** What is wrong with a line, and `given`: the address that stands in it, as far as it could be read. */
export type Complaint = { complaint: Reply; reason: Reason; given: string }

export type Sender = {
  /** The reverse-path without its brackets and source route, "" for `<>` (RFC 5321 §4.5.5). */
  from: string
  /** Bytes that the client announced (RFC 1870), or 0. */
  size: number
  /** Whether it asked for SMTPUTF8 (RFC 6531). */
  utf8: boolean
}

// A source route is read and ignored (RFC 5321 appendix C). A quoted local part may hold anything but controls.
const command = /^(?:MAIL FROM|RCPT TO):[ \t]*<(?:@[^<>:"]*:)?((?:"(?:[^"\\]|\\.)*")?[^<>"\\]*)>([ \t].*)?$/i
const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^=]+))?$/
// Controls, separators of lines, and what is not seen or turns the direction of text.
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffd]/u
const allControls = new RegExp(controls, 'gu')

/** Reads `MAIL FROM:<address> parameters`. */
export function readSender(line: string): Sender | Complaint {
  const path = readPath(line)
  if (!path) return notOfTheForm(line)
  const { address: from, parameters } = path
  if (!isSender(from)) return { complaint: complaints.badSender, reason: 'address-invalid', given: shown(from) }
  const bad: Complaint = { complaint: complaints.badParameter, reason: 'invalid-request', given: from }
  if (!parameters) return bad
  if ([...parameters.keys()].some((keyword) => !knownParameters.includes(keyword))) {
    return { ...bad, complaint: complaints.unknownParameter }
  }
  const size = parameters.get('SIZE') ?? '0'
  const body = parameters.get('BODY') ?? '7BIT'
  const utf8 = parameters.get('SMTPUTF8')
  const sound = /^\d{1,20}$/.test(size) && /^(7bit|8bitmime)$/i.test(body) && (utf8 ?? '') === ''
  return sound ? { from, size: Number(size), utf8: utf8 !== undefined } : bad
}

/** Reads `RCPT TO:<address>`; what the address is worth is for others to say. No parameter is known. */
export function readRecipient(line: string): { to: string } | Complaint {
  const path = readPath(line)
  if (!path) return notOfTheForm(line)
  const { address: to, parameters } = path
  if (parameters?.size === 0) return { to }
  const complaint = parameters ? complaints.unknownParameter : complaints.badParameter
  return { complaint, reason: 'invalid-request', given: shown(to) }
}

/** If the brackets are there, it is what stands between them that is wrong. */
function notOfTheForm(line: string): Complaint {
  const [, bare = ''] = /^(?:MAIL FROM|RCPT TO)[ \t]*:?[ \t]*(<[^<>]*>?|[^\s<>]*)/i.exec(line) ?? []
  const isBracketed = /^[A-Z ]+:[ \t]*<[^<>]*>/i.test(line)
  const reason = isBracketed ? 'address-invalid' : 'invalid-request'
  return { complaint: complaints.noPath, reason, given: shown(bare.replace(/^<|>$/g, '')) }
}

const longestShown = 512
const shown = (address: string): string => address.slice(0, longestShown).toWellFormed().replace(allControls, '?')

/** Null if the line is not of the form; `parameters` is null if they are not, or one is given twice. */
function readPath(line: string): { address: string; parameters: ReadonlyMap<string, string> | null } | null {
  const [, address, rest = ''] = command.exec(line) ?? []
  if (address === undefined || hasControls(line)) return null
  return { address, parameters: readParameters(rest) }
}

function readParameters(text: string): Map<string, string> | null {
  const found = new Map<string, string>()
  for (const word of text.split(/[ \t]+/)) {
    if (word === '') continue
    const [, keyword, value = ''] = parameter.exec(word) ?? []
    if (keyword === undefined || found.has(keyword.toUpperCase())) return null
    found.set(keyword.toUpperCase(), value)
  }
  return found
}

// AUTH= (RFC 4954 §5) is taken and ignored.
const knownParameters = ['SIZE', 'BODY', 'SMTPUTF8', 'AUTH']
const longestSender = 512
const sender = /^(?:"(?:[^"\\]|\\.)*"|[^\s"@]+)@(?:[^\s"@[\]]+|\[[0-9A-Za-z.:]+\])$/

/** Whether this could be a sender: anything of the shape `local@domain`, or nobody. */
const isSender = (address: string): boolean =>
  address === '' || (address.length <= longestSender && sender.test(address))

/** Whether a command line holds what has no place in one, and could deceive in a log or a header. */
export const hasControls = (line: string): boolean => controls.test(line)
