// Reading a password from standard input: one line, without its end.
import { CannotDo } from '../cannot-do.ts'

const mostBytes = 4096

/** Throws CannotDo. */
export async function readPassword(input: AsyncIterable<Uint8Array>): Promise<string> {
  const line: number[] = []
  for await (const bytes of input) {
    const end = bytes.indexOf(0x0a)
    if (line.length + bytes.byteLength > mostBytes && (end < 0 || line.length + end > mostBytes)) {
      throw new CannotDo('the password on standard input is too long')
    }
    line.push(...(end < 0 ? bytes : bytes.subarray(0, end)))
    if (end >= 0) break
  }
  if (line.at(-1) === 0x0d) line.pop()
  const password = utf8(Uint8Array.from(line))
  if (password === '') throw new CannotDo('there is no password on standard input: write it there, as one line')
  return password
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CannotDo('the password on standard input is not UTF-8')
  }
}
