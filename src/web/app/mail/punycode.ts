// Host names as they are meant to be read (RFC 3492), beside the way in which they are looked up.

const base = 36
const most = 0x10ffff

/** The letters that a label `xn--…` stands for; null if it stands for none. */
export function lettersOf(label: string): string | null {
  if (!/^xn--[a-z0-9-]+$/i.test(label)) return null
  const text = label.slice(4).toLowerCase()
  const last = text.lastIndexOf('-')
  const out = [...text.slice(0, Math.max(last, 0))].map((character) => character.charCodeAt(0))
  let code = 128
  let at = 0
  let bias = 72
  for (let from = last + 1; from < text.length; ) {
    const before = at
    let weight = 1
    for (let step = base; ; step += base) {
      const digit = digitOf(text.charCodeAt(from++))
      if (digit === null) return null
      at += digit * weight
      const threshold = Math.min(Math.max(step - bias, 1), 26)
      if (digit < threshold) break
      weight *= base - threshold
      if (weight > most * base) return null
    }
    const length = out.length + 1
    bias = adapted(at - before, length, before === 0)
    code += Math.floor(at / length)
    at %= length
    if (code > most || (code >= 0xd800 && code <= 0xdfff)) return null
    out.splice(at++, 0, code)
  }
  return String.fromCodePoint(...out)
}

/** RFC 3492 §6.1. */
function adapted(delta: number, length: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / 700) : delta >> 1
  rest += Math.floor(rest / length)
  let steps = 0
  for (; rest > 455; steps += base) rest = Math.floor(rest / 35)
  return steps + Math.floor((36 * rest) / (rest + 38))
}

function digitOf(code: number): number | null {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26
  return null
}
