import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../../src/messages/digest.ts'
import { topHeaders } from '../../src/messages/top-headers.ts'

const corpus = join(import.meta.dir, '../../../shared/corpus/mail')
const here = existsSync(corpus)
const files = here
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(corpus, file)).isFile())
  : []

describe.if(here)('public mail (skipped where ../shared/corpus is absent: it is read from there)', () => {
  test('every file gives a digest, with the headers that acceptance read', async () => {
    expect(files.length).toBeGreaterThan(1_000)
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(join(corpus, file)))
      const { subject, from, to, date, messageId } = await digest(bytes)
      expect({ file, ...topHeaders(bytes) }).toEqual({
        file,
        subject,
        from: from[0] ?? null,
        to: to.slice(0, 100),
        date,
        messageId,
      })
    }
  }, 60_000)
})
