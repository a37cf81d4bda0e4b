import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Digest, digest } from '../../src/messages/digest.ts'
import { topHeaders } from '../../src/messages/top-headers.ts'

const corpus = join(import.meta.dir, '../../../shared/corpus/mail')
const here = existsSync(corpus)
const files = here
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(corpus, file)).isFile())
  : []

// Where a digest differs from the tree that stands beside a mail, and why that is meant.
const DIFFERENCES: Record<string, string[]> = {
  'utf-7 is read as ASCII': ['legacy/001 text', 'legacy/005 text', 'legacy/034 text'],
  'raw 8-bit bytes are guessed where the tree has U+FFFD': [
    ...[
      'legacy/010 subject',
      'legacy/010 to',
      'legacy/016 names',
      'legacy/017 to',
      'legacy/020 subject',
      'legacy/020 to',
    ],
    ...[
      'legacy/022 subject',
      'legacy/022 to',
      'legacy/023 names',
      'legacy/026 names',
      'legacy/027 subject',
      'legacy/027 to',
    ],
    ...['legacy/052 subject', 'legacy/052 to', 'legacy/052 text'],
  ],
  'names of attachments are made safe': ['legacy/035 names', 'legacy/039 names', 'rfc/001 names'],
  'a multipart without a part of its own has no attachment': [
    ...['malformed/001 names', 'malformed/002 names', 'malformed/003 names', 'malformed/004 names'],
    ...['malformed/006 names', 'malformed/007 names', 'malformed/017 names'],
  ],
  'the delimiter of an outer part ends the inner ones': [
    ...['malformed/008 text', 'malformed/008 names', 'malformed/009 text', 'malformed/009 names'],
    ...['malformed/011 text', 'malformed/011 names', 'malformed/020 text', 'malformed/021 text'],
  ],
  'a part that was left is not begun again by its delimiter': ['malformed/016 text', 'malformed/016 names'],
  'every part of multipart/digest is a mail': ['malformed/012 names'],
  'a header cut short takes the first line of the body': ['malformed/019 html'],
  'plain bodies between html ones are shown among them': ['rfc/007 html'],
  'NUL is left out': ['thirdparty/000 text'],
  'what follows in one body is of that body': ['thirdparty/002 text', 'thirdparty/002 names', 'thirdparty/005 text'],
  'the delimiters in an attached mail are its own': ['thirdparty/015 names'],
}

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

  test('digests agree with the trees that stand beside the mails, but for the differences that are meant', async () => {
    const found: string[] = []
    let compared = 0
    for (const file of files.filter((file) => /^stalwart.*\.eml$/.test(file)).sort()) {
      const expected = expectedOf(JSON.parse(readFileSync(join(corpus, file.replace(/eml$/, 'json')), 'utf8')))
      const read = readOf(await digest(new Uint8Array(readFileSync(join(corpus, file)))))
      const name = relative('stalwart', file).replace('.eml', '')
      for (const [what, value] of Object.entries(expected)) {
        compared++
        if (value !== '' && value !== read[what]) found.push(`${name} ${what}`)
      }
    }
    expect(compared).toBeGreaterThan(600)
    expect(found.sort()).toEqual(Object.values(DIFFERENCES).flat().sort())
  }, 60_000)
})

type Flat = Record<string, string>

const squeezed = (text: string) => text.replace(/[\s\ufeff]+/g, ' ').trim()

function readOf({ subject, from, to, text, html, attachments }: Digest): Flat {
  const contact = ({ name, address }: { name: string; address: string }) =>
    `${squeezed(name)} <${address.toLowerCase()}>`
  return {
    subject: squeezed(subject),
    from: from.map(contact).join(),
    to: to.map(contact).join(),
    text: squeezed(text ?? ''),
    html: squeezed(html ?? ''),
    names: attachments.map(({ name }) => (name.startsWith('attachment-') ? '-' : name)).join(),
  }
}

type Tree = {
  parts: { headers: { name: string; value: Value }[]; body: { Text?: string; Html?: string } }[]
  text_body: number[]
  html_body: number[]
  attachments: number[]
}
type Person = { name: string | null; address: string | null }
type Value = {
  Text?: string
  Address?: { List?: Person[]; Group?: { addresses: Person[] }[] }
  ContentType?: { attributes?: { name: string; value: string }[] | null }
}

function expectedOf(tree: Tree): Flat {
  const top = (name: string) => (tree.parts[0]?.headers ?? []).filter((header) => header.name === name)
  const people = (name: string) =>
    top(name).flatMap(({ value }) => [
      ...(value.Address?.List ?? []),
      ...(value.Address?.Group ?? []).flatMap(({ addresses }) => addresses),
    ])
  const contacts = (name: string) =>
    people(name).map((person) => `${squeezed(person.name ?? '')} <${(person.address ?? '').toLowerCase()}>`)
  const attribute = (part: number, header: string, name: string) =>
    tree.parts[part]?.headers
      .find((one) => one.name === header)
      ?.value.ContentType?.attributes?.find((one) => one.name === name)?.value
  return {
    subject: squeezed(top('subject')[0]?.value.Text ?? ''),
    from: contacts('from').join(),
    to: contacts('to').join(),
    text: squeezed(tree.text_body.flatMap((part) => tree.parts[part]?.body.Text ?? []).join('\n')),
    html: squeezed(tree.html_body.flatMap((part) => tree.parts[part]?.body.Html ?? []).join('\n')),
    names: tree.attachments
      .map(
        (part) => attribute(part, 'content_disposition', 'filename') ?? attribute(part, 'content_type', 'name') ?? '-',
      )
      .join(),
  }
}
