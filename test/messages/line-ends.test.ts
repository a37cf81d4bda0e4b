// Line ends in bodies, however they are mixed and wherever the bytes are split.
import { expect, test } from 'bun:test'
import { digest } from '../../src/messages/digest.ts'

const ends = ['\r\n', '\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n']

/** The same at every run. */
function mixed(pieces: number, seed: number): string {
  let state = seed
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
  let text = ''
  for (let n = 0; n < pieces; n++) text += `${'ä'.repeat(next(4))}line ${n}${ends[next(ends.length)]}`
  return `${text}end`
}

test.each([
  ['text/plain; charset=utf-8', 'text'],
  ['text/plain; charset=iso-8859-1', 'text'],
  ['text/html; charset=utf-8', 'html'],
] as const)('in a body of %s every CR LF is a line end, and a lone CR none', async (type, kind) => {
  for (const [seed, pieces] of [40, 400, 12_000].entries()) {
    const body = mixed(pieces, seed + 1)
    const encoding = type.includes('8859') ? 'latin1' : 'utf8'
    const bytes = Buffer.from(`Content-Type: ${type}\r\n\r\n${body}`, encoding)
    const read = (await digest(bytes))[kind]
    expect(read).toBe(body.replace(/\r?\n/g, '\n'))
  }
})
