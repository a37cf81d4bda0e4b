// The parts of a mail, read by mailparser's MailParser within bounds of our own.
//
// mailparser pins its methods nowhere, so its version is exact in package.json and the corpus tests hold it. Overridden
// are: the header of each part (it would build html of every address; a 1 MB `To: g:g:g:` took it 4 s), charsets (25 MB
// of utf-7 took 16 s), the walk over the parts (which has no bounds) and the joining of bodies.

import { Buffer } from 'node:buffer'
import { Transform } from 'node:stream'
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser'
import { decodeBytes } from './charset.ts'
import { HEADER_BYTES } from './header-fields.ts'

export const MIME_DEPTH = 32
export const PARTS = 500
export const ATTACHMENTS = 100

/** Encoded bytes of bodies that are decoded, all of a mail's together; 8 MiB of quoted-printable take 0.3 s. */
export const BODY_BYTES = 8 * 1024 * 1024

const CHUNK_BYTES = 64 * 1024

/** What a bound cut off; stable words that the digest passes on. */
export type ParseNote =
  | 'mime-too-deep'
  | 'too-many-parts'
  | 'too-many-attachments'
  | 'body-too-long'
  | 'mime-unreadable'

/** A body in mail order. `inText`, `inHtml`: whether it belongs to that reading of the mail (multipart/alternative). */
export type Body = { kind: 'plain' | 'html'; content: string; inText: boolean; inHtml: boolean }

/** An attachment in mail order, from 0; its name, type and content id as the mail has them. */
export type Part = {
  index: number
  name: string | null
  type: string
  contentId: string | null
  disposition: string | null
  related: boolean
  size: number
}

export type Parsed = { bodies: Body[]; attachments: Part[]; notes: ParseNote[] }

/** Gets each attachment's decoded bytes, piece by piece. */
export type ContentSink = (part: Part, piece: Uint8Array) => void

/** The bodies and attachments of a mail. Never rejects: what can't be read is left out, and a note says so. */
export async function parse(bytes: Uint8Array, sink?: ContentSink): Promise<Parsed> {
  const parser = new BoundedParser()
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
  await feed(parser, bytes, settled)
  return { bodies: parser.bodies(), attachments, notes: [...parser.notes] }
}

async function feed(parser: BoundedParser, bytes: Uint8Array, settled: Promise<void>): Promise<void> {
  const mail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let start = 0
  for (; mail.length - start > CHUNK_BYTES && !parser.full; start += CHUNK_BYTES) {
    const written = new Promise<void>((resolve) => {
      parser.write(mail.subarray(start, start + CHUNK_BYTES), () => resolve())
    })
    await Promise.race([written, settled])
  }
  if (parser.full || start === mail.length) parser.end()
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
    related: stream.related ?? false,
    size: 0,
  }
  const counted = part.index < ATTACHMENTS
  if (counted) attachments.push(part)
  else parser.note('too-many-attachments')
  stream.content.on('data', (piece: Buffer) => {
    part.size += piece.length
    if (counted) sink?.(part, piece)
  })
  stream.content.on('end', () => stream.release())
}

// What is used of mailparser and of the parts that its splitter hands it, as of 3.9.31.
type SplitNode = { type: 'node'; parentNode: SplitNode | false; contentType: string | false; charset: string | false }
type Chunk = SplitNode | { type: 'body'; value: Buffer } | { type: 'data'; value: Buffer }
type Leaf = { contentType: string | false; isAttachment?: boolean; textContent?: string; children: Leaf[] }
type HeaderLine = { key: string; line: string }

declare module 'mailparser' {
  interface MailParser {
    tree: Leaf | false
    curnode: Leaf | false
    processHeaders(lines: HeaderLine[]): Map<string, string>
    getDecoder(): { decodeStream(charset: string): Transform }
    createNode(node: SplitNode): Leaf
    processChunk(chunk: Chunk, done: () => void): void
    getTextContent(): { type: 'text' }
  }
}

const OPTIONS = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  // A mail inside a mail is an attachment, whatever its disposition.
  ignoreEmbedded: true,
  maxHeadSize: 2 * HEADER_BYTES,
  // PARTS is ours, and is looked at between chunks; this one throws all away.
  maxChildNodes: CHUNK_BYTES,
}

class BoundedParser extends MailParser {
  readonly notes = new Set<ParseNote>()
  /** A bound is reached: what still comes is passed over. */
  full = false
  private parts = 0
  private bodyBytes = 0

  constructor() {
    super(OPTIONS)
  }

  note(word: ParseNote): void {
    this.notes.add(word)
  }

  override processHeaders(lines: HeaderLine[]): Map<string, string> {
    const written = lines.find((line) => line.key === 'content-id')?.line
    const value = written?.slice(written.indexOf(':') + 1).trim()
    return new Map(value ? [['content-id', value]] : [])
  }

  override getDecoder(): { decodeStream(charset: string): Transform } {
    return { decodeStream: (charset) => new CharsetDecoder(charset) }
  }

  override createNode(node: SplitNode): Leaf {
    // Without a name, or with ASCII, mailparser would take the bytes for UTF-8 unseen.
    if (!node.charset || /^(?:us-?)?ascii$/i.test(node.charset)) node.charset = 'unknown-8bit'
    return super.createNode(node)
  }

  override processChunk(chunk: Chunk, done: () => void): void {
    if (chunk.type === 'node' && !this.full) this.countPart(chunk)
    if (chunk.type === 'data' || (!this.full && (chunk.type === 'node' || this.countBody(chunk.value)))) {
      super.processChunk(chunk, done)
    } else {
      setImmediate(done)
    }
  }

  /** The joining is `bodies()`, which also serves when the parser failed. */
  override getTextContent(): { type: 'text' } {
    return { type: 'text' }
  }

  bodies(): Body[] {
    const found: Body[] = []
    if (this.tree) gather(this.tree, true, true, found)
    return found
  }

  private countPart(node: SplitNode): void {
    let depth = 0
    for (let above = node.parentNode; above && depth <= MIME_DEPTH; above = above.parentNode) depth++
    if (depth > MIME_DEPTH) this.note('mime-too-deep')
    else if (++this.parts > PARTS) this.note('too-many-parts')
    else return
    this.full = true
  }

  private countBody(value: Buffer): boolean {
    if (!this.curnode || this.curnode.isAttachment !== false) return true
    this.bodyBytes += value.length
    if (this.bodyBytes <= BODY_BYTES) return true
    this.note('body-too-long')
    return false
  }
}

class CharsetDecoder extends Transform {
  private readonly pieces: Buffer[] = []

  constructor(private readonly charset: string) {
    super()
  }

  override _transform(piece: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(piece)
    done()
  }

  override _flush(done: () => void): void {
    this.push(Buffer.from(decodeBytes(Buffer.concat(this.pieces), this.charset)))
    done()
  }
}

/** RFC 2046 §5.1.4: of the parts of multipart/alternative each reading takes its own kind, if there is one. */
function gather(leaf: Leaf, inText: boolean, inHtml: boolean, found: Body[]): void {
  if (leaf.textContent) {
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
