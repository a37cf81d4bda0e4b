import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attachment } from '../../src/messages/attachment.ts'
import { digest } from '../../src/messages/digest.ts'

const mail = new TextEncoder().encode(
  [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '',
    '<img src="cid:logo@x">',
    '--b',
    'Content-Type: image/PNG; name="a/b.png"',
    'Content-ID: <logo@x>',
    'Content-Disposition: attachment',
    'Content-Transfer-Encoding: base64',
    '',
    'AAEC/w==',
    '--b',
    'Content-Type: bad type',
    'Content-Disposition: attachment',
    '',
    '--b',
    'Content-Type: text/plain; name="notes.txt"',
    'Content-Disposition: inline; filename="notes.txt"',
    '',
    'notes',
    '--b--',
  ].join('\r\n'),
)

test('an attachment is read by the index of its digest', async () => {
  expect((await digest(mail)).attachments.map(({ name }) => name)).toEqual(['b.png', 'attachment-2.bin', 'notes.txt'])
  const first = await attachment(mail, 0)
  expect(first).toMatchObject({ name: 'b.png', type: 'image/png', contentId: 'logo@x', inline: true })
  expect([...(first?.bytes ?? [])]).toEqual([0, 1, 2, 255])
  expect(await attachment(mail, 1)).toMatchObject({ name: 'attachment-2.bin', type: 'application/octet-stream' })
  expect((await attachment(mail, 1))?.bytes).toHaveLength(0)
  expect(new TextDecoder().decode((await attachment(mail, 2))?.bytes)).toBe('notes')
  expect(await attachment(mail, 3)).toBeNull()
  expect(await attachment(mail, -1)).toBeNull()
})

test('bounds that the operator sets hold for the digest and for what is read again', async () => {
  const bounds = { depth: 32, parts: 500, attachments: 1 }
  const { attachments, notes } = await digest(mail, bounds)
  expect(attachments.map(({ index }) => index)).toEqual([0])
  expect(notes).toEqual(['too-many-attachments'])
  expect(await attachment(mail, 1, bounds)).toBeNull()
  const few = await digest(mail, { depth: 32, parts: 2, attachments: 100 })
  expect(few.notes).toContain('too-many-parts')
})

const corpus = join(import.meta.dir, '../../../shared/corpus/mail/stalwart')

test.if(existsSync(corpus))(
  'every attachment of public mail is read as it was digested (skipped where ../shared/corpus is absent)',
  async () => {
    for (const file of readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.eml'),
    )) {
      const bytes = new Uint8Array(readFileSync(join(corpus, file)))
      for (const { index, size, ...expected } of (await digest(bytes)).attachments) {
        const read = await attachment(bytes, index)
        expect(['inline', 'attachment']).toContain(String(read?.written.disposition))
        expect({ file, index, size: read?.bytes.length, ...read, bytes: null, written: null }).toEqual({
          file,
          index,
          size,
          ...expected,
          bytes: null,
          written: null,
        })
      }
    }
  },
  60_000,
)

test('the line end before a delimiter is the delimiter’s, also where it is all there is', async () => {
  const mail = (body: string) =>
    Buffer.from(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n${body}\r\n--b--\r\n`,
    )
  expect((await attachment(mail(''), 0))?.bytes.byteLength).toBe(0)
  expect((await attachment(mail('\r\n\r\n'), 0))?.bytes.byteLength).toBe(4)
  expect((await attachment(mail('\r\nx'), 0))?.bytes.byteLength).toBe(3)
})
