// Where a text speaks of a one-time password.

import {
  ASKING,
  BAD,
  GOOD,
  HEADS,
  HEADS_IN_COMPANY,
  OTHER_PHRASES,
  PHRASES,
  PURPOSES,
  STRONG_HEADS,
} from './code-words.ts'

/** `head` names a code, surely if `strong`; `asking` ("enter …") and `purpose` ("… to sign in") stand around one. */
export type CodeWord = { start: number; end: number; kind: 'head' | 'asking' | 'purpose'; strong: boolean }

type Word = { text: string; start: number; end: number }

// Germanic and Finnish compounds: Anmeldecode, Gutscheincode.
const COMPOUND = /^(\p{L}{3,30})(?:codes?|koden?|kodet|koodi(?:n|si|a)?)$/u
const BAD_COMPOUND =
  /gutschein|rabatt|aktions|post|fehler|bar|qr|strich|farb|länder|kortings|actie|fout|streep|land|rabat|fel|streck|värde|kampanj|kampagne|gavekort|alennus|viiva|virhe|posti|tax|promo|quell|uni|en|de|trans/u

/** The words that speak of codes in `text`, in order. Linear in its length. */
export function codeWords(text: string): CodeWord[] {
  const lower = text.toLowerCase().replace(/\b(?:one time|single use|sign in|log in|two factor|two step)\b/g, joined)
  // Some letters change length in lower case; places would be wrong then.
  const safe = lower.length === text.length ? lower : text
  const all = wordsIn(safe)
  const found: CodeWord[] = []
  all.forEach((word, at) => {
    const kind = kindOf(all, at)
    if (kind) found.push({ start: word.start, end: word.end, ...kind })
  })
  if (/[^\0-\x7f]/.test(safe)) phrasesIn(safe, found)
  return found.sort((a, b) => a.start - b.start)
}

const joined = (two: string) => two.replace(' ', '-')

function wordsIn(text: string): Word[] {
  const found: Word[] = []
  for (const match of text.matchAll(/(?:\d(?=fa\b))?\p{L}[\p{L}\p{M}'’]*(?:-\p{L}[\p{L}\p{M}'’]*)*/gu)) {
    const whole = match[0].replaceAll('’', "'")
    const start = match.index
    // "Login-Code" is two words, "one-time" and "пин-код" one.
    if (!whole.includes('-') || isKnown(whole)) found.push({ text: whole, start, end: start + whole.length })
    else {
      let from = start
      for (const text of whole.split('-')) {
        found.push({ text, start: from, end: from + text.length })
        from += text.length + 1
      }
    }
  }
  return found
}

const isKnown = (word: string) => STRONG_HEADS.has(word) || HEADS.has(word) || GOOD.has(word) || PURPOSES.has(word)

function kindOf(all: Word[], at: number): Pick<CodeWord, 'kind' | 'strong'> | null {
  const word = all[at]?.text ?? ''
  if (STRONG_HEADS.has(word)) return { kind: 'head', strong: true }
  const compound = COMPOUND.exec(word)?.[1]
  if (compound && !HEADS.has(word)) return BAD_COMPOUND.test(compound) ? null : { kind: 'head', strong: true }
  if (HEADS.has(word)) {
    const before = [all[at - 1], all[at - 2]].flatMap((near) => (near ? near.text : []))
    const after = [all[at + 1], all[at + 2], all[at + 3]].flatMap((near) => (near ? near.text : []))
    // The word right before and the one right behind decide ("code postal"); farther ones help only.
    if (BAD.has(before[0] ?? '') || BAD.has(after[0] ?? '')) return null
    const linked = /^(?:de|d|di|du|of|para|da|per|voor|für|za|do|к|для|till|til|pour)$/.test(after[0] ?? '')
    if (linked && BAD.has(after[1] ?? '')) return null
    const strong = before.some((near) => GOOD.has(near)) || after.some((near) => GOOD.has(near))
    return strong || !HEADS_IN_COMPANY.has(word) ? { kind: 'head', strong } : null
  }
  if (ASKING.has(word)) return { kind: 'asking', strong: false }
  return PURPOSES.has(word) ? { kind: 'purpose', strong: false } : null
}

function phrasesIn(text: string, found: CodeWord[]): void {
  const taken: { start: number; end: number }[] = []
  for (const phrase of OTHER_PHRASES) eachPlace(text, phrase, (start, end) => taken.push({ start, end }))
  for (const phrase of PHRASES) {
    eachPlace(text, phrase, (start, end) => {
      if (!taken.some((other) => start < other.end && end > other.start)) {
        found.push({
          start,
          end,
          kind: 'head',
          strong: phrase.length > 4 || /[\u4e00-\u9fff\uac00-\ud7af]/.test(phrase),
        })
      }
    })
  }
}

function eachPlace(text: string, phrase: string, tell: (start: number, end: number) => void): void {
  for (let at = text.indexOf(phrase), n = 0; at >= 0 && n < 100; at = text.indexOf(phrase, at + phrase.length), n++) {
    tell(at, at + phrase.length)
  }
}
