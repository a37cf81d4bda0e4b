// Finding hidden dots and the end of a mail, over any split of the bytes; what hides none is not copied.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Dots } from '../../src/smtp/dots.ts'

function read(pieces: readonly Buffer[]): { bytes: string; rest: string | null } {
  const dots = new Dots()
  let bytes = ''
  for (const [n, piece] of pieces.entries()) {
    const found = dots.read(piece)
    bytes += found.bytes.toString('latin1')
    if (found.rest !== null)
      return { bytes, rest: Buffer.concat([found.rest, ...pieces.slice(n + 1)]).toString('latin1') }
  }
  return { bytes, rest: null }
}

test('a mail is read alike whole, byte by byte and in any pieces', () => {
  const sent = fc.array(fc.constantFrom('\r', '\n', '.', 'x', '\r\n', '\r\n.', '\r\n.\r\n'), { maxLength: 30 })
  const cuts = fc.array(fc.nat(60), { maxLength: 6 })
  fc.assert(
    fc.property(sent, cuts, (parts, at) => {
      const mail = Buffer.from(parts.join(''), 'latin1')
      const places = [0, ...at.map((one) => Math.min(one, mail.length)).sort((a, b) => a - b), mail.length]
      const pieces = places.slice(1).map((end, n) => mail.subarray(places[n], end))
      const bytewise = read([...mail].map((byte) => Buffer.from([byte])))
      expect(read([mail])).toEqual(bytewise)
      expect(read(pieces.filter((piece) => piece.length > 0))).toEqual(bytewise)
    }),
    { numRuns: 3000 },
  )
})

test('pieces that end and begin with lone CRs are not copied', () => {
  const dots = new Dots()
  for (let n = 0; n < 3; n++) {
    const piece = Buffer.alloc(1000, '\r')
    expect(dots.read(piece).bytes.buffer).toBe(piece.buffer)
  }
  const next = Buffer.from('\nhello\r')
  expect(dots.read(next).bytes.buffer).toBe(next.buffer)
  expect(dots.read(Buffer.from('\n.')).bytes.toString()).toBe('\n')
})
