// The facts in Stalwart's parse trees: `NAME.json` of the mail as it stands, `NAME.crlf.json` of the mail with CRLF.
import { binary, type Facts, person, squeezed, textual } from './corpus.ts'

type Body = {
  Text?: string
  Html?: string
  Binary?: number[]
  InlineBinary?: number[]
  Message?: object
}
type Tree = {
  parts: { headers: { name: unknown; value: Value }[]; body: Body }[]
  text_body: number[]
  html_body: number[]
  attachments: number[]
}
type Person = { name: string | null; address: string | null }
type Value = {
  Text?: string
  Address?: { List?: Person[]; Group?: { addresses: Person[] }[] }
  ContentType?: { attributes?: { name: string; value: string }[] | null }
  DateTime?: Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'tz_hour' | 'tz_minute', number> & {
    tz_before_gmt: boolean
  }
}

export function factsOfStalwart(json: string): Facts {
  const tree: Tree = JSON.parse(json)
  const top = (name: string) => (tree.parts[0]?.headers ?? []).filter((header) => header.name === name)
  const contacts = (name: string) =>
    top(name)
      .flatMap(({ value: { Address } }) => [
        ...(Address?.List ?? []),
        ...(Address?.Group ?? []).flatMap(({ addresses }) => addresses),
      ])
      .map(({ name, address }) => person({ name: name ?? '', address: address ?? '' }))
      .join()
  const attribute = (part: number, header: string, name: string) =>
    tree.parts[part]?.headers
      .find((one) => one.name === header)
      ?.value.ContentType?.attributes?.find((one) => one.name === name)?.value
  const said: Facts = {
    subject: squeezed(top('subject')[0]?.value.Text ?? ''),
    from: contacts('from'),
    to: contacts('to'),
    cc: contacts('cc'),
    date: dateOf(top('date')[0]?.value.DateTime),
    messageId: squeezed(top('message_id')[0]?.value.Text ?? ''),
    text: squeezed(tree.text_body.flatMap((part) => tree.parts[part]?.body.Text ?? []).join('\n')),
    html: squeezed(tree.html_body.flatMap((part) => tree.parts[part]?.body.Html ?? []).join('\n')),
    names: tree.attachments
      .map(
        (part) => attribute(part, 'content_disposition', 'filename') ?? attribute(part, 'content_type', 'name') ?? '-',
      )
      .join(),
    contents: tree.attachments.map((part) => contentOf(tree.parts[part]?.body ?? {})).join(),
  }
  // A header that a tree does not have, or could not read, says nothing.
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''))
}

function contentOf({ Text, Html, Binary, InlineBinary, Message }: Body): string {
  if (Message) return 'mail'
  const bytes = Binary ?? InlineBinary
  return bytes ? binary(Uint8Array.from(bytes)) : textual(Text ?? Html ?? '')
}

function dateOf(at: Value['DateTime']): string {
  if (!at) return ''
  const local = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second)
  const offset = (at.tz_hour * 60 + at.tz_minute) * 60_000
  return String(at.tz_before_gmt ? local + offset : local - offset)
}
