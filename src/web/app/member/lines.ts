// Fields with one entry a line, checked as one types by the rules that the server has.
import { parsePattern } from '../../../keys/origins.ts'
import { say } from '../words/words.ts'

const mostLines = 100
const longestPattern = 260
const longestDomain = 253

export type Lines = { entries: string[]; error: string | null }

/** What stands in the lines, without those that are empty. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Pages that may use a key. The first line that is wrong is named. */
export const readOrigins = (text: string): Lines =>
  read(text, longestPattern, (line) => parsePattern(line) !== null, 'keys.origin-wrong')

const domain =
  /^(?=.{1,253}$)[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?(?:\.[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?)+\.?$/u

/** Domains of mailboxes. The server looks closer. */
export const readDomains = (text: string): Lines =>
  read(text, longestDomain, (line) => domain.test(line), 'keys.domain-wrong')

function read(
  text: string,
  longest: number,
  isGood: (line: string) => boolean,
  wrong: 'keys.origin-wrong' | 'keys.domain-wrong',
): Lines {
  const entries = linesOf(text)
  if (entries.length > mostLines) return { entries, error: say('keys.too-many-lines', { count: mostLines }) }
  const line = entries.findIndex((entry) => entry.length > longest || !isGood(entry))
  if (line < 0) return { entries, error: null }
  return { entries, error: say(wrong, { line: line + 1, entry: (entries[line] ?? '').slice(0, 60) }) }
}
