// What is read out of a mail's bytes once, and shown, searched and waited for many times.

import { type DigestedAttachment, described } from './attachment.ts'
import type { ParseNote } from './bounded-parser.ts'
import { type MimeBounds, usualBounds } from './bounded-parser.ts'
import { codes } from './codes.ts'
import type { Contact } from './contacts.ts'
import { cut, decodeText, type Field, fields, isHeaderCut } from './header-fields.ts'
import { type Anchor, htmlText } from './html-text.ts'
import { type Link, rankLinks } from './links.ts'
import { mailDate } from './mail-date.ts'
import { type Body, parse } from './parse.ts'
import { contactsOf, first, messageIdOf, subjectOf } from './top-headers.ts'

export type { Contact, DigestedAttachment, Link }

/** Stable words for what a bound left out. */
export type DigestNote = ParseNote | 'headers-cut' | 'text-cut' | 'html-cut' | 'html-too-deep'

export type Digest = {
  /** All, in order, unfolded and decoded, named as written. */
  headers: { name: string; value: string }[]
  from: Contact[]
  to: Contact[]
  cc: Contact[]
  replyTo: Contact[]
  subject: string
  /** Epoch milliseconds. */
  date: number | null
  /** With its angle brackets. */
  messageId: string | null
  /** The URIs of List-Unsubscribe (RFC 2369), https and mailto. */
  listUnsubscribe: string[]
  /** The plain body, or one made from the html; null if the mail has neither. */
  text: string | null
  /** Unsanitised; null if the mail has none. */
  html: string | null
  attachments: DigestedAttachment[]
  codes: string[]
  links: Link[]
  notes: DigestNote[]
}

export const TEXT_CHARACTERS = 1024 * 1024
export const HTML_CHARACTERS = 4 * 1024 * 1024
const HEADERS = 1_000
const HEADER_VALUE_CHARACTERS = 8_000
const CONTACTS = 500
const FROM_CONTACTS = 50
const UNSUBSCRIBE_URIS = 10

/** The digest of any bytes whatever: never rejects for what a mail holds. Bounds that were hit are in `notes`. */
export async function digest(bytes: Uint8Array, bounds: MimeBounds = usualBounds): Promise<Digest> {
  const all = fields(bytes)
  const parsed = await parse(bytes, bounds)
  const notes = new Set<DigestNote>(parsed.notes)
  const { text, html, htmlAsText, anchors } = read(parsed.bodies, notes)
  const subject = subjectOf(all)
  const found = text === null ? codes(subject, '') : codes(subject, text)
  return {
    headers: headersOf(all, bytes, notes),
    from: contactsOf(all, 'from', FROM_CONTACTS),
    to: contactsOf(all, 'to', CONTACTS),
    cc: contactsOf(all, 'cc', CONTACTS),
    replyTo: contactsOf(all, 'reply-to', FROM_CONTACTS),
    subject,
    date: mailDate(first(all, 'date')),
    messageId: messageIdOf(all),
    listUnsubscribe: unsubscribeOf(all),
    text,
    html,
    attachments: parsed.attachments.map((part) => described(part, parsed.bodies)),
    // A plain body may say no more than that one should look at the html.
    codes: found.length === 0 && htmlAsText !== text ? codes(subject, htmlAsText) : found,
    links: rankLinks(anchors, text ?? ''),
    notes: [...notes],
  }
}

/** The headers alone, as a digest has them, from the first bytes of a mail. */
export const headers = (head: Uint8Array): Digest['headers'] => headersOf(fields(head), head, new Set())

function headersOf(all: Field[], bytes: Uint8Array, notes: Set<DigestNote>): Digest['headers'] {
  const headers = all.slice(0, HEADERS).map(({ name, value }) => {
    const decoded = decodeText(value)
    if (decoded.length > HEADER_VALUE_CHARACTERS) notes.add('headers-cut')
    return { name, value: cut(decoded, HEADER_VALUE_CHARACTERS) }
  })
  if (all.length > HEADERS || isHeaderCut(bytes)) notes.add('headers-cut')
  return headers
}

function unsubscribeOf(all: Field[]): string[] {
  const value = decodeText(first(all, 'list-unsubscribe'))
  const uris = [...value.matchAll(/<\s{0,9}([^<>\s]{1,2000})\s{0,9}>/g)].map((match) => match[1] ?? '')
  return uris.filter((uri) => /^(?:https?|mailto):/i.test(uri)).slice(0, UNSUBSCRIBE_URIS)
}

/** The two readings of a mail, put together from its bodies, and what the html says. */
function read(bodies: Body[], notes: Set<DigestNote>) {
  const text: string[] = []
  const html: string[] = []
  const htmlAsText: string[] = []
  const anchors: Anchor[] = []
  const hasHtml = bodies.some((body) => body.kind === 'html')
  for (const body of bodies) {
    if (body.kind === 'plain') {
      if (body.inText) text.push(body.content)
      if (body.inHtml && hasHtml) html.push(asHtml(body.content))
    } else {
      const page = htmlText(body.content.slice(0, HTML_CHARACTERS), TEXT_CHARACTERS)
      if (page.tooDeep) notes.add('html-too-deep')
      if (page.cut && body.inText) notes.add('text-cut')
      for (const anchor of page.anchors) anchors.push(anchor)
      htmlAsText.push(page.text)
      if (body.inText) text.push(page.text)
      if (body.inHtml) html.push(body.content)
    }
  }
  // An empty body beside another is an accident of its sender's.
  const said = text.filter((body) => body.trim() !== '')
  return {
    text: text.length > 0 ? bounded(said.join('\n'), TEXT_CHARACTERS, 'text-cut', notes) : null,
    html: hasHtml ? bounded(html.join('<br>\n'), HTML_CHARACTERS, 'html-cut', notes) : null,
    htmlAsText: cut(htmlAsText.join('\n'), TEXT_CHARACTERS),
    anchors,
  }
}

function bounded(text: string, length: number, note: DigestNote, notes: Set<DigestNote>): string {
  if (text.length > length) notes.add(note)
  // SQLite takes a NUL for the end of a text.
  return cut(text, length).replaceAll('\0', '').toWellFormed()
}

const asHtml = (text: string) =>
  `<div style="white-space:pre-wrap">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</div>`
