import { expect, test } from 'bun:test'
import { CannotDo } from '../../src/cannot-do.ts'
import { readPassword } from '../../src/cli/password.ts'

async function* input(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece
}

test.each<[string, string[]]>([
  ['with its end', ['correct horse\n']],
  ['without an end', ['correct horse']],
  ['as Windows ends it', ['correct horse\r\n']],
  ['in pieces', ['cor', 'rect hor', 'se', '\n']],
  ['before other lines', ['correct horse\nbattery\n', 'staple\n']],
])('a password is one line: %s', async (_, pieces) => {
  expect(await readPassword(input(...pieces))).toBe('correct horse')
})

test('all of the line is the password, blanks and letters of any script too', async () => {
  expect(await readPassword(input(' pässwört 密碼 \n'))).toBe(' pässwört 密碼 ')
  const bytes = new TextEncoder().encode('ä\n')
  expect(await readPassword(input(bytes.subarray(0, 1), bytes.subarray(1)))).toBe('ä')
})

test.each<[string, AsyncIterable<Uint8Array>, string]>([
  ['no input', input(), 'there is no password'],
  ['an empty line', input('\nsecond\n'), 'there is no password'],
  ['a long one', input('x'.repeat(3000), 'y'.repeat(3000)), 'too long'],
  ['what is not text', input(Uint8Array.of(0xff, 0xfe, 0x0a)), 'not UTF-8'],
])('%s is refused', async (_, given, says) => {
  const refused = await readPassword(given).catch((error) => error)
  expect(refused).toBeInstanceOf(CannotDo)
  expect(String(refused)).toContain(says)
})

test('an input that never ends is read no further than a password can be', async () => {
  let pieces = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      pieces++
      yield new Uint8Array(1024).fill(0x78)
    }
  }
  expect(await readPassword(endless()).catch(String)).toContain('too long')
  expect(pieces).toBeLessThan(10)
})
