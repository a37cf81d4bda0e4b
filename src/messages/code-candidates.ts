// Runs of digits and letters that could be one-time passwords by their look and their nearest neighbours.

import { MONEY, MONTHS, OTHER_NUMBERS, OTHER_NUMBERS_GLUED, UNITS, UNITS_GLUED } from './code-words.ts'

/**
 * `value` as one types it in. `look`: `digits`, `mixed` (letters and digits), or `doubtful` (needs to be named
 * outright: years, lower case, other dashes). `alone`: nothing else stands on its line.
 */
export type Candidate = {
  value: string
  start: number
  end: number
  look: 'digits' | 'mixed' | 'doubtful'
  alone: boolean
}

/** What stands between subject and body; a word of the subject's end qualifies no number of the body. */
export const SUBJECT_END = '\n\n\n'

const CANDIDATES = 300

const DIGITS = /(?<![A-Za-z0-9_])\d{1,11}(?:[ -]\d{1,8}){0,9}(?![A-Za-z0-9_])/g
const MIXED =
  /(?<![A-Za-z0-9_./@#&=+-])(?=[A-Za-z-]{0,20}\d)(?=[\d-]{0,20}[A-Za-z])[A-Za-z0-9]{1,10}(?:-[A-Za-z0-9]{2,8}){0,3}(?![A-Za-z0-9_@-])/g

const MONEY_BEFORE = new RegExp(`(?:[$€£¥₹₽₩₪฿₫₴₺]|(?<![\\p{L}\\p{N}])(?:${MONEY})\\.?)\\s?$`, 'iu')
const MONEY_AFTER = new RegExp(`^\\s?(?:[$€£¥₹₽₩₪฿₫₴₺%°‰]|(?:${MONEY})(?![\\p{L}\\p{N}]))`, 'iu')
const UNIT_AFTER = new RegExp(`^(?:\\s?(?:${UNITS_GLUED})|[ -]?(?:${UNITS})(?!\\p{L}))`, 'iu')
const OTHER_BEFORE = new RegExp(
  `(?:(?<![\\p{L}\\p{N}])(?:${OTHER_NUMBERS}|\\p{L}{3,20}(?:nummer|nr|numret|nummeret|numero))(?![\\p{L}\\p{N}])|(?:${OTHER_NUMBERS_GLUED}))` +
    '[\\s.:#*№]{0,4}(?:(?:number|numbers|no|nr|num|id|nº|n°|nummer|номер|numarası|no:|号|號|番号|번호|מספר|رقم|is|ist|est|es|é)[\\s.:#*№]{0,3}){0,2}$',
  'iu',
)
const NUMBER_OF_BEFORE =
  /(?:numéro|número|numero|numer|číslo|номер|αριθμός|nomor|số|หมายเลข|رقم|מספר)\s+(?:de |di |da |do |del |dell'|ordine |your )?\p{L}{3,20}[\s:#]{0,3}$/iu
const MASK_BEFORE =
  /(?:[•●∗]|[x*]{2,}[ -]?|ending in|ending with|ending|endet auf|endend auf|finissant par|terminada en|termina en|final|che termina con|eindigend op)\s?$/i
const PHONE_BEFORE = /(?:\+|\(\d{1,5}\)\s?|\+\d{1,4}[ .-]?)$/
const YEAR_BEFORE = new RegExp(
  `(?:©|\\(c\\)|(?:${MONTHS})\\.?,?(?: \\d{1,2},?)?|(?<![\\p{L}])(?:in|since|seit|depuis|desde|dal|od|until|bis|von|from)|\\d[./-])\\s?$`,
  'iu',
)
const STATE_BEFORE = /(?:\b[A-Z]{2}|\b[A-Z]{1,2}-)\s?$/
const QUANTITY =
  /^\d+(?:st|nd|rd|th|h|hr|hrs|min|mins|am|pm|k|m|kb|mb|gb|tb|px|pt|em|km|kg|g|cm|mm|x|s|ms|d|p|w|v|mah|ghz|mhz|kwh|pcs)$/i
const DATE = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/

/** What looks like a code in `text`, in order, at most 300. Linear in its length. */
export function candidates(text: string): Candidate[] {
  const found: Candidate[] = []
  for (const match of text.matchAll(DIGITS)) {
    if (found.length >= CANDIDATES) break
    const end = match.index + match[0].length
    const value = joinedDigits(match[0])
    if (value) add(text, found, value, match.index, end, isDoubtful(value, match[0]) ? 'doubtful' : 'digits')
    else if (match[0].includes(' ')) {
      // Numbers that merely follow each other.
      let start = match.index
      for (const one of match[0].split(' ')) {
        if (/^\d{4,10}$/.test(one))
          add(text, found, one, start, start + one.length, isDoubtful(one, one) ? 'doubtful' : 'digits')
        start += one.length + 1
      }
    }
  }
  for (const match of text.matchAll(MIXED)) {
    if (found.length >= 2 * CANDIDATES) break
    const end = match.index + match[0].length
    const mixed = mixedCode(match[0])
    if (mixed) add(text, found, mixed.value, match.index, end, mixed.look)
  }
  return found.sort((a, b) => a.start - b.start)
}

function add(text: string, found: Candidate[], value: string, start: number, end: number, look: Candidate['look']) {
  const near = text.slice(Math.max(0, start - 60), start)
  const subject = near.lastIndexOf(SUBJECT_END)
  const before = subject < 0 ? near : near.slice(subject + SUBJECT_END.length)
  const after = text.slice(end, end + 24)
  if (isPartOfMore(before, after) || isOtherNumber(before, after, value)) return
  found.push({ value, start, end, look, alone: isAlone(text, start, end) })
}

/** `123 456`, `123-456`, `1 2 3 4 5 6`, `12 34 56` as the digits alone; '' if the run is something else. */
function joinedDigits(run: string): string {
  const groups = run.split(/[ -]/)
  const length = groups[0]?.length ?? 0
  if (groups.length === 1) return length >= 4 && length <= 10 ? run : ''
  const value = groups.join('')
  const even = groups.every((group) => group.length === length) && value.length >= 4 && value.length <= 10
  const oneSeparator = !(run.includes(' ') && run.includes('-'))
  if (!even || !oneSeparator || (length === 2 && run.includes('-'))) return ''
  return length <= 5 ? value : ''
}

function isDoubtful(value: string, run: string): boolean {
  if (value.length === 4) return /^(?:19|20)\d\d$/.test(value)
  return DATE.test(value) || (run !== value && /^\d\d \d\d/.test(run))
}

/** `G-482913` is typed as its digits; in all others the dash stays. */
function mixedCode(run: string): { value: string; look: Candidate['look'] } | null {
  const prefixed = /^[A-Z]{1,2}-(\d{5,8})$/.exec(run)?.[1]
  if (prefixed) return { value: prefixed, look: 'mixed' }
  const length = run.replaceAll('-', '').length
  if (length < 4 || length > (run.includes('-') ? 16 : 10) || QUANTITY.test(run) || /^[Xx]{2,}\d+$/.test(run))
    return null
  if (run.includes('-') && !/^[A-Za-z0-9]{2,6}(?:-[A-Za-z0-9]{2,6}){1,3}$/.test(run)) return null
  const upper = run === run.toUpperCase()
  // A word with a number behind it: "COVID19", "Windows11", "Q32024" are names; codes mix.
  const isName = /^[A-Za-z]{4,}\d{1,4}$|^[A-Z][a-z]+\d+$|^[QH]\d/.test(run)
  return {
    value: run,
    look: upper && !isName && length >= 5 && (run.match(/\d/g)?.length ?? 0) >= 2 ? 'mixed' : 'doubtful',
  }
}

/** A decimal, a time, a date, a path, an address, a longer id. */
function isPartOfMore(before: string, after: string): boolean {
  if (/[\d\p{L}][.,:/]$|[/#=&@_\\~]$|-$|[A-Za-z]'$/u.test(before) && !/\p{L}:$/u.test(before)) return true
  return /^[.,:/]\d|^[/@_\\=%&]|^-[\p{L}\d]|^\.[a-z]{2,}/iu.test(after)
}

function isOtherNumber(before: string, after: string, value: string): boolean {
  if (MONEY_BEFORE.test(before) || MONEY_AFTER.test(after) || UNIT_AFTER.test(after)) return true
  if (MASK_BEFORE.test(before) && !/(?<!\*)\*\*\s?$/.test(before)) return true
  if (MASK_BEFORE.test(before) && !after.startsWith('*')) return true
  if (PHONE_BEFORE.test(before) || /^ ?\(?\d{3}\)?[ -]\d{3}/.test(after)) return true
  if (OTHER_BEFORE.test(before) || NUMBER_OF_BEFORE.test(before)) return true
  if (/^(?:19|20)\d\d$/.test(value) && YEAR_BEFORE.test(before)) return true
  return value.length === 5 && STATE_BEFORE.test(before)
}

/** Nothing but marks around it on its line: a table cell, a heading, `**482913**`. */
function isAlone(text: string, start: number, end: number): boolean {
  const line = text.slice(Math.max(text.lastIndexOf('\n', start - 1) + 1, start - 40), start)
  const next = text.indexOf('\n', end)
  const rest = text.slice(end, Math.min(next < 0 ? text.length : next, end + 40))
  return !/[\p{L}\p{N}]/u.test(line) && !/[\p{L}\p{N}]/u.test(rest)
}
