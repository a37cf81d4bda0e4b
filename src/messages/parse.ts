// The parts of a mail: its bodies, and what is attached to it.

import { Buffer } from 'node:buffer'
import type { AttachmentStream, MessageText } from 'mailparser'
import { Heap } from '../limits/heap.ts'
import { BoundedParser, type Leaf, type MimeBounds, type ParseNote, usualBounds } from './bounded-parser.ts'
import { isBodyAlone } from './header-fields.ts'

const CHUNK_BYTES = 64 * 1024
/** So often it is looked at how much has been left behind. */
const LOOK_BYTES = 16 * CHUNK_BYTES

/** A body in mail order. `inText`, `inHtml`: whether it belongs to that reading of the mail (multipart/alternative). */
export type Body = { kind: 'plain' | 'html'; content: string; inText: boolean; inHtml: boolean }

/** An attachment in mail order, from 0; its name, type and content id as the mail has them. */
export type Part = {
  index: number
  name: string | null
  type: string
  contentId: string | null
  disposition: string | null
  /** Whether the mail says so; `disposition` is how it is taken. */
  saysInline: boolean
  related: boolean
  size: number
}

/** `tree`: false where nothing could be read. */
export type Parsed = { bodies: Body[]; attachments: Part[]; notes: ParseNote[]; tree: Leaf | false }

/** Gets each attachment's decoded bytes, piece by piece. */
export type ContentSink = (part: Part, piece: Uint8Array) => void

/** The bodies and attachments of a mail. Never rejects: what can't be read is left out, and a note says so. */
export async function parse(bytes: Uint8Array, bounds: MimeBounds = usualBounds, sink?: ContentSink): Promise<Parsed> {
  const parser = new BoundedParser(bounds)
  const attachments: Part[] = []
  const settled = new Promise<void>((resolve) => {
    parser.on('error', () => {
      parser.note('mime-unreadable')
      resolve()
    })
    parser.on('end', () => resolve())
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type === 'attachment') take(data, attachments, parser, sink)
    })
  })
  if (isBodyAlone(bytes)) parser.write(Buffer.from('\r\n'))
  await feed(parser, bytes, settled)
  const bodies: Body[] = []
  if (parser.tree) gather(parser.tree, true, true, bodies)
  return { bodies, attachments, notes: [...parser.notes], tree: parser.tree }
}

async function feed(parser: BoundedParser, bytes: Uint8Array, settled: Promise<void>): Promise<void> {
  const mail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let start = 0
  const heap = new Heap()
  for (; mail.length - start > CHUNK_BYTES && !parser.beyond; start += CHUNK_BYTES) {
    const written = new Promise<void>((resolve) => {
      parser.write(mail.subarray(start, start + CHUNK_BYTES), () => resolve())
    })
    await Promise.race([written, settled])
    if (start % LOOK_BYTES === 0) heap.look()
  }
  if (parser.beyond || start === mail.length) parser.end()
  else parser.end(mail.subarray(start))
  await settled
}

function take(stream: AttachmentStream, attachments: Part[], parser: BoundedParser, sink?: ContentSink): void {
  const part: Part = {
    index: attachments.length,
    name: stream.filename || null,
    type: stream.contentType,
    contentId: stream.cid || null,
    disposition: stream.contentDisposition || null,
    saysInline: /^inline\b/i.test(String(stream.headers.get('content-disposition') ?? '')),
    related: stream.related ?? false,
    size: 0,
  }
  const counted = part.index < parser.bounds.attachments
  if (counted) attachments.push(part)
  else parser.note('too-many-attachments')
  stream.content.on('data', (piece: Buffer) => {
    part.size += piece.length
    if (counted) sink?.(part, piece)
  })
  stream.content.on('end', () => stream.release())
}

/** RFC 2046 §5.1.4: of the parts of multipart/alternative each reading takes its own kind, if there is one. */
function gather(leaf: Leaf, inText: boolean, inHtml: boolean, found: Body[]): void {
  if (leaf.textContent !== undefined) {
    const kind = leaf.contentType === 'text/html' ? 'html' : 'plain'
    found.push({
      kind,
      content: leaf.textContent,
      inText: inText || kind === 'plain',
      inHtml: inHtml || kind === 'html',
    })
  }
  const apart = leaf.contentType === 'multipart/alternative'
  const text = inText && !(apart && has(leaf, 'text/plain'))
  const html = inHtml && !(apart && has(leaf, 'text/html'))
  for (const child of leaf.children) gather(child, text, html, found)
}

const has = (leaf: Leaf, type: string): boolean =>
  (leaf.contentType === type && Boolean(leaf.textContent?.trim())) || leaf.children.some((child) => has(child, type))
