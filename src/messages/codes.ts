// One-time passwords in a mail: what looks like one, near words that say so. Marks are weighed by places and neighbours;
// the words are in code-words.ts.

import { type Candidate, candidates, SUBJECT_END } from './code-candidates.ts'
import { type CodeWord, codeWords } from './code-heads.ts'
import { COPULAS } from './code-words.ts'

const TEXT_CHARACTERS = 64 * 1024
const CODES = 10

/** What a candidate must reach; the weights below are tuned on the examples in its test. */
const ENOUGH = 40
/** How far below the best one another may be. */
const SPREAD = 45

// The code points that are 0 in the scripts with digits of their own.
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810, 0xff10,
]

/**
 * The codes in a mail, best first, each once, at most 10: 4 to 10 digits, or letters and digits. Digits of every script
 * come out as ASCII, split ones (`123 456`) joined. Of the text its first 64 Ki characters are read; linear in them.
 */
export function codes(subject: string, text: string): string[] {
  const whole = plain(`${subject}${SUBJECT_END}${text.slice(0, TEXT_CHARACTERS)}`)
  const all = candidates(whole)
  if (all.length === 0) return []
  const words = codeWords(whole)
  const subjectEnd = whole.indexOf(SUBJECT_END)
  const named = words.some((word) => word.kind === 'head' && word.start < subjectEnd)
  const scores = new Map<string, number>()
  all.forEach((candidate, at) => {
    const score = weigh({ text: whole, words, subjectEnd, named }, candidate, all[at - 1])
    if (score >= ENOUGH) scores.set(candidate.value, Math.max(score, scores.get(candidate.value) ?? 0))
  })
  const best = Math.max(...scores.values())
  const ranked = [...scores].filter(([, score]) => score >= best - SPREAD).sort((a, b) => b[1] - a[1])
  return ranked.slice(0, CODES).map(([value]) => value)
}

/** ASCII digits, dashes and spaces; no addresses, and nothing invisible. */
function plain(text: string): string {
  let out = text
  if (/[^\0-\x7f]/.test(text)) {
    out = text
      .replace(/[\u034f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
      .replace(/[\u2010-\u2015\u2212\uff0d]/g, '-')
      .replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
      .replace(/[\uff21-\uff3a\uff41-\uff5a\uff1a]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
      .replace(/[\u0660-\u1819\uff10-\uff19]/g, asciiDigit)
  }
  return out
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/https?:\/\/[\x21-\x7e]+/gi, ' ~ ')
    .replace(/(?<![\w.+-])[\w.+-]+@[\w.-]{1,255}/g, ' ~ ')
    .replace(/(?<![a-z0-9-])[a-z0-9-]+\.[a-z]{2,10}\/[\x21-\x7e]+/gi, ' ~ ')
}

function asciiDigit(character: string): string {
  const code = character.charCodeAt(0)
  const zero = ZEROS.find((start) => code >= start && code < start + 10)
  return zero === undefined ? character : String(code - zero)
}

/** `named`: the subject, which ends at `subjectEnd`, speaks of a code. */
type Mail = { text: string; words: CodeWord[]; subjectEnd: number; named: boolean }

function weigh(
  { text, words, subjectEnd, named }: Mail,
  candidate: Candidate,
  previous: Candidate | undefined,
): number {
  const before = bestBefore(text, candidate, previous, words)
  const after = bestAfter(text, candidate, words)
  const bySubject = named && candidate.alone && candidate.start < 3_000 ? 40 : 0
  const best = Math.max(before.score, after.score, bySubject)
  if (best <= 0) return 0
  const outright = before.outright || after.outright || (candidate.alone && best >= 40)
  return best + (candidate.start < subjectEnd ? 15 : 0) + lookScore(candidate, outright)
}

function lookScore({ value, look }: Candidate, outright: boolean): number {
  if (look === 'doubtful') return outright ? -15 : -60
  if (look === 'mixed') return outright ? 0 : -60
  if (value.length === 6) return 10
  return value.length <= 8 ? 5 : -5
}

type Evidence = { score: number; outright: boolean }
const NONE: Evidence = { score: 0, outright: false }

/** "Your code is 482913", "Code:" and the code on a line of its own below. */
function bestBefore(text: string, candidate: Candidate, previous: Candidate | undefined, words: CodeWord[]): Evidence {
  let best = NONE
  for (let at = lastBefore(words, candidate.start), seen = 0; at >= 0 && seen < 6; at--, seen++) {
    const word = words[at]
    if (!word || candidate.start - word.end > 400) break
    if (word.kind !== 'head') continue
    const gap = text.slice(word.end, candidate.start)
    const told = fromGap(gap, candidate.alone)
    // Another number stands nearer to the word: it is that one's.
    const second = previous !== undefined && previous.start >= word.end
    const score = told.score === 0 ? 0 : told.score + (word.strong ? 10 : 0) - (second ? (candidate.alone ? 5 : 35) : 0)
    if (score > best.score) best = { score, outright: told.outright && !second }
  }
  return best
}

function fromGap(gap: string, alone: boolean): Evidence {
  const words = gap.toLowerCase().match(/[\p{L}\p{M}'’]+/gu) ?? []
  const paragraphs = /\n\s*\n/.test(gap)
  if (words.length === 0 && !/\d/.test(gap) && gap.length <= 40 && (alone || !paragraphs))
    return { score: 60, outright: true }
  if (alone && gap.length <= 400 && (gap.match(/\n[^\n]*\S/g)?.length ?? 0) <= 5) return { score: 45, outright: true }
  if (paragraphs || gap.length > 140) return NONE
  const colon = /[:=]\s*[*_"'“”«»„‚[({<]*\s*$/.test(gap)
  const copula = COPULAS.has(words.at(-1) ?? '')
  const sentenceEnds = /[.!?。！？।](?:\s|$|[\u3000-\u9fff])/.test(gap)
  if ((colon || copula) && !sentenceEnds && gap.length <= 100) return { score: 55, outright: true }
  if (sentenceEnds) return { score: gap.length <= 80 ? 25 : 0, outright: false }
  return { score: gap.length <= 70 ? 45 : 20, outright: false }
}

/** "482913 is your code", "Enter 482913 to sign in". */
function bestAfter(text: string, candidate: Candidate, words: CodeWord[]): Evidence {
  const asked = isAsked(text, candidate, words)
  let best = NONE
  for (let at = lastBefore(words, candidate.end) + 1, seen = 0; at < words.length && seen < 4; at++, seen++) {
    const word = words[at]
    if (!word || word.start - candidate.end > 70) break
    const gap = text.slice(candidate.end, word.start)
    if (/\d{4}/.test(gap) || /\n\s*\n/.test(gap) || /[.!?。！？।]\s/.test(gap)) break
    if (word.kind === 'head') {
      const copula = (gap.toLowerCase().match(/[\p{L}\p{M}'’]+/gu) ?? []).some((near) => COPULAS.has(near))
      const near = copula || asked || /^[^\p{L}\p{N}]*$/u.test(gap) || /^\s?[-|(–—]/.test(gap)
      const score = (near ? 45 : gap.includes('\n') ? 0 : 30) + (word.strong ? 10 : 0)
      if (score > best.score) best = { score, outright: copula || asked }
    } else if (word.kind === 'purpose' && asked && best.score < 40) {
      best = { score: 40, outright: false }
    }
  }
  return best
}

function isAsked(text: string, candidate: Candidate, words: CodeWord[]): boolean {
  const word = words[lastBefore(words, candidate.start)]
  if (word?.kind !== 'asking') return false
  const gap = text.slice(word.end, candidate.start)
  return gap.length <= 20 && (gap.match(/\p{L}+/gu)?.length ?? 0) <= 2 && !/[.!?]/.test(gap)
}

/** The index of the last word that ends at or before `place`, or -1. */
function lastBefore(words: CodeWord[], place: number): number {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle]?.end ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low - 1
}
