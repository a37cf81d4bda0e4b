// A local part that can be read aloud: syllables and three digits, such as `lomiraku482`.
const consonants = 'bdfghklmnprstvz'
const vowels = 'aeiou'
const syllables = 4

export function randomLocalPart(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(syllables * 2 + 1))
  const at = (index: number): number => numbers[index] ?? 0
  const letter = (from: string, index: number): string => from.charAt(at(index) % from.length)
  const word = Array.from({ length: syllables }, (_, n) => letter(consonants, 2 * n) + letter(vowels, 2 * n + 1)).join(
    '',
  )
  return word + String(at(syllables * 2) % 1000).padStart(3, '0')
}
