// Where the words of a search stand in a text.
export type Part = { text: string; isHit: boolean }

/** The text in parts, those that begin a word like one that was searched marked. Case and accents do not count. */
export function parts(text: string, search: string): Part[] {
  const words = search
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map(plain)
  if (words.length === 0) return [{ text, isHit: false }]
  const found: Part[] = []
  let last = 0
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const word = words
      .filter((one) => plain(match[0]).startsWith(one))
      .toSorted((one, other) => other.length - one.length)[0]
    if (word === undefined) continue
    const end = match.index + lengthOf(match[0], word)
    if (match.index > last) found.push({ text: text.slice(last, match.index), isHit: false })
    found.push({ text: text.slice(match.index, end), isHit: true })
    last = end
  }
  if (last < text.length) found.push({ text: text.slice(last), isHit: false })
  return found
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** How much of a text it takes to be the beginning that was searched. */
function lengthOf(text: string, beginning: string): number {
  let length = 0
  for (const character of text) {
    if (plain(text.slice(0, length)).length >= beginning.length) break
    length += character.length
  }
  while (/^\p{M}/u.test(text.slice(length))) length++
  return length
}
