// How a mail is made up, as its structure tells.
import { expect, test } from 'bun:test'
import { structure } from '../../src/messages/structure.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\n/g, '\r\n'))
const leaf = { name: null, disposition: 'inline' as const, children: [] }

test('parts stand within parts, in their order, with the names that are safe', async () => {
  const mail = `Content-Type: multipart/mixed; boundary=m

preamble
--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

hello
--a
Content-Type: text/html

<p>hello
--a--
--m
Content-Type: image/svg+xml; name="../../x.svg"

<svg/>
--m
Content-Type: message/rfc822

Subject: within

x
--m--
`
  expect(await structure(bytes(mail))).toEqual({
    type: 'multipart/mixed',
    name: null,
    size: 0,
    disposition: null,
    children: [
      {
        type: 'multipart/alternative',
        name: null,
        size: 0,
        disposition: null,
        children: [
          { ...leaf, type: 'text/plain', size: 5 },
          { ...leaf, type: 'text/html', size: 8 },
        ],
      },
      { type: 'image/svg+xml', name: 'x.svg', size: 6, disposition: 'attachment', children: [] },
      { type: 'message/rfc822', name: null, size: 20, disposition: 'attachment', children: [] },
    ],
  })
})

test('a mail without parts is one, also an empty one', async () => {
  expect(await structure(bytes('Subject: x\n\nhello'))).toEqual({ ...leaf, type: 'text/plain', size: 5 })
  expect(await structure(bytes(''))).toMatchObject({ type: 'text/plain', children: [] })
})

test('beyond the bounds nothing is told of', async () => {
  const deep = Array.from({ length: 100 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`).join(
    '',
  )
  let depth = 0
  for (let part = await structure(bytes(deep)); part.children[0]; part = part.children[0]) depth++
  expect(depth).toBeGreaterThan(10)
  expect(depth).toBeLessThanOrEqual(32)
  const many = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(2000)}--b--\n`
  expect((await structure(bytes(many))).children.length).toBeLessThanOrEqual(500)
})
