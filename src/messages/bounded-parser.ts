// mailparser's MailParser within bounds of our own.
//
// mailparser promises nothing about its methods, so its version is exact in package.json and the corpus tests hold it.
// Overridden are: the header of each part (it would build html of every address; a 1 MB `To: g:g:g:` took it 4 s),
// charsets (25 MB of utf-7 took 16 s), line ends (4 million of them took 200 MB), the walk over the parts (which has no bounds), the joining of bodies, and the
// lines that part the parts, where mailparser is stricter than mail is.

import { Buffer } from 'node:buffer'
import { type Readable, Transform } from 'node:stream'
import { MailParser } from 'mailparser'
import { free } from '../limits/free.ts'
import { decodeBytes } from './charset.ts'
import { HEADER_BYTES } from './header-fields.ts'

/** How much of a mail's structure is read: parts within parts, parts in all, attachments listed. */
export type MimeBounds = { depth: number; parts: number; attachments: number }

export const usualBounds: MimeBounds = { depth: 32, parts: 500, attachments: 100 }

/** Encoded bytes of bodies that are decoded, all of a mail's together; 8 MiB of quoted-printable take 0.3 s. */
export const BODY_BYTES = 8 * 1024 * 1024

/** RFC 2046 §5.1.1 allows 70; some send more. */
const BOUNDARY_BYTES = 998

/** What a bound cut off; stable words that the digest passes on. */
export type ParseNote =
  | 'mime-too-deep'
  | 'too-many-parts'
  | 'too-many-attachments'
  | 'body-too-long'
  | 'mime-unreadable'

// What is used of mailparser and of the parts that its splitter hands it, as of 3.9.31.
type SplitNode = {
  type: 'node'
  parentNode: SplitNode | false
  headers: { hasHeader(name: string): boolean } | false
  contentType: string | false
  charset: string | false
  disposition: string | false
  filename: string | false
  /** The places of its ancestors and itself, from 1. */
  partNr: (number | string)[] | false
  _boundary: Buffer | false
}
type Chunk = SplitNode | { type: 'body'; value: Buffer } | { type: 'data'; value: Buffer }
export type Leaf = {
  node: { filename: string | false }
  contentType: string | false
  disposition?: string
  /** Bytes of its body, as they came. */
  encodedBytes?: number
  isAttachment?: boolean
  textContent?: string
  /** A body's decoded bytes. */
  contentStream?: Readable
  children: Leaf[]
}
type HeaderLine = { key: string; line: string }

declare module 'mailparser' {
  interface MailParser {
    tree: Leaf | false
    curnode: Leaf | false
    splitter: { node: SplitNode; checkBoundary(line: Buffer): number | false }
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
}

export class BoundedParser extends MailParser {
  readonly notes = new Set<ParseNote>()
  /** The splitter, which runs ahead, has begun a part beyond the bounds: it begins no more, and is fed no more. */
  beyond = false
  /** That part has come: it and what follows is passed over. */
  private full = false
  private parts = 0
  private delimiters = 0
  /** Of the part that is read some body has come. */
  private begun = false
  /**
   * A line end that is the whole body so far: before a delimiter it is that one's (RFC 2046 §5.1.1), and the part is
   * empty. The splitter says the same of a part that is one empty line, which is rarer: that line is left out.
   */
  private held: Chunk | null = null
  private readonly boundaries = new Set<string>()
  /** Some boundary was written with blanks at its end, which then stand before the dashes that close. */
  private padded = false
  private known: SplitNode | false = false
  private bodyBytes = 0

  constructor(readonly bounds: MimeBounds) {
    // Our bound leaves what came before; the library's would throw all away.
    const options = { ...OPTIONS, maxChildNodes: 2 * bounds.parts }
    super(options)
    const strict = this.splitter.checkBoundary.bind(this.splitter)
    this.splitter.checkBoundary = (line) => (isDelimiter(line) ? this.checkDelimiter(line, strict) : false)
  }

  note(word: ParseNote): void {
    this.notes.add(word)
  }

  override processHeaders(lines: HeaderLine[]): Map<string, string> {
    return new Map(
      ['content-id', 'content-disposition'].flatMap((name): [string, string][] => {
        const written = lines.find((line) => line.key === name)?.line
        const value = written?.slice(written.indexOf(':') + 1).trim()
        return value ? [[name, value]] : []
      }),
    )
  }

  override getDecoder(): { decodeStream(charset: string): Transform } {
    return { decodeStream: (charset) => new CharsetDecoder(charset) }
  }

  override createNode(node: SplitNode): Leaf {
    // Without a name, or with ASCII, mailparser would take the bytes for UTF-8 unseen.
    if (!node.charset || /^(?:us-?)?ascii$/i.test(node.charset)) node.charset = 'unknown-8bit'
    const place = node.partNr ? node.partNr.at(-1) : undefined
    // RFC 8621 §4.1.4: text with a file name is a body only where it stands first.
    if (node.filename && isText(node) && typeof place === 'number' && place > 1) node.disposition = 'attachment'
    // RFC 2046 §5.1.5.
    if (node.parentNode && node.parentNode.contentType === 'multipart/digest' && node.headers) {
      if (!node.headers.hasHeader('content-type')) node.contentType = 'message/rfc822'
    }
    return super.createNode(node)
  }

  override processChunk(chunk: Chunk, done: () => void): void {
    const { held } = this
    this.held = null
    if (chunk.type === 'body' && !this.begun && this.curnode !== this.tree && isLineEnd(chunk.value)) {
      this.held = chunk
      this.begun = true
      setImmediate(done)
      return
    }
    this.begun = chunk.type === 'body'
    if (held && chunk.type === 'body') this.pass(held, () => this.pass(chunk, done))
    else this.pass(chunk, done)
  }

  private pass(chunk: Chunk, done: () => void): void {
    if (chunk.type === 'node' && !this.full) this.countPart(chunk)
    if (chunk.type === 'body' && !this.full && this.curnode)
      this.curnode.encodedBytes = (this.curnode.encodedBytes ?? 0) + chunk.value.length
    if (chunk.type === 'data' || (!this.full && (chunk.type === 'node' || this.countBody(chunk.value)))) {
      super.processChunk(chunk, done)
      if (chunk.type === 'node' && this.curnode) gatherText(this.curnode)
    } else {
      setImmediate(done)
    }
  }

  /** Bodies are joined by `parse`, out of `tree`, also when the parser failed. */
  override getTextContent(): { type: 'text' } {
    return { type: 'text' }
  }

  /** RFC 2046 §5.1.1 allows blanks behind a delimiter, and §5.1.2 lets an outer one end the parts within. */
  private checkDelimiter(line: Buffer, strict: (line: Buffer) => number | false): number | false {
    const { splitter } = this
    if (this.beyond) return false
    if (splitter.node !== this.known) {
      this.known = splitter.node
      const boundary = this.known._boundary && withoutPadding(this.known._boundary)
      // RFC 2046 §5.1.1: a boundary does not end with a blank, and those behind a delimiter do not count.
      this.padded ||= boundary !== this.known._boundary
      this.known._boundary = boundary
      if (boundary && boundary.length <= BOUNDARY_BYTES) this.boundaries.add(boundary.toString('latin1'))
    }
    if (line.length > BOUNDARY_BYTES + 100) return false
    const bare = this.padded ? withoutInnerPadding(withoutPadding(line)) : withoutPadding(line)
    const written = bare.toString('latin1').trim().slice(2)
    if (!this.boundaries.has(written) && !this.boundaries.has(written.replace(/--$/, ''))) return false
    const left = splitter.node
    for (let node: SplitNode | false = left; node; node = node.parentNode) {
      splitter.node = node
      const found = strict(bare)
      if (!found) continue
      // An odd answer begins a part: 1 within this one, 3 beside it. One beyond the bounds is let through, to be noted.
      if (found === 1 || found === 3)
        this.beyond =
          ++this.delimiters >= this.bounds.parts ||
          depthOf(node, this.bounds.depth) + (found === 1 ? 1 : 0) > this.bounds.depth
      return found
    }
    splitter.node = left
    return false
  }

  private countPart(node: SplitNode): void {
    if (depthOf(node, this.bounds.depth) > this.bounds.depth) this.note('mime-too-deep')
    else if (++this.parts > this.bounds.parts) this.note('too-many-parts')
    else return
    this.full = true
  }

  private countBody(value: Buffer): boolean {
    if (this.curnode === false || this.curnode.isAttachment !== false) return true
    this.bodyBytes += value.length
    if (this.bodyBytes <= BODY_BYTES) return true
    this.note('body-too-long')
    // Nothing comes behind the only body.
    if (this.curnode === this.tree) this.beyond = true
    return false
  }
}

/** Takes the place of mailparser's listeners, which look for line ends with a regular expression. */
function gatherText(leaf: Leaf): void {
  const { contentStream } = leaf
  if (!contentStream || leaf.isAttachment !== false) return
  const pieces: Buffer[] = []
  contentStream.removeAllListeners('readable')
  contentStream.removeAllListeners('end')
  contentStream.on('readable', () => {
    for (let piece = contentStream.read(); piece !== null; piece = contentStream.read()) {
      pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece)
    }
  })
  contentStream.once('end', () => {
    const whole = joined(pieces)
    leaf.textContent = withoutCrs(whole).toString()
    free(whole)
  })
}

/** A buffer of its own; that of a single piece that has one is not copied. */
function joined(pieces: Buffer[]): Buffer {
  const [first] = pieces
  const isWhole = pieces.length === 1 && first && first.length === first.buffer.byteLength
  return isWhole ? first : Buffer.concat(pieces.splice(0))
}

/** Every CR LF made an LF, in place. */
function withoutCrs(bytes: Buffer): Buffer {
  let to = bytes.indexOf('\r\n')
  if (to < 0) return bytes
  for (let from = to; from < bytes.length; from++) {
    const byte = bytes[from] ?? 0
    if (byte !== CR || bytes[from + 1] !== LF) bytes[to++] = byte
  }
  return bytes.subarray(0, to)
}

const isText = (node: SplitNode) => node.contentType === 'text/plain' || node.contentType === 'text/html'

const isLineEnd = (value: Buffer) => value.length <= 2 && /^\r?\n$/.test(value.toString('latin1'))

/** The root's depth is 0; counted no further than is needed. */
function depthOf(node: SplitNode, most: number): number {
  let depth = 0
  for (let above = node.parentNode; above && depth <= most; above = above.parentNode) depth++
  return depth
}

const CR = 0x0d
const LF = 0x0a
const DASH = 0x2d

/** Whether the line begins with two dashes, behind the line end that the splitter may leave in front. */
function isDelimiter(line: Buffer): boolean {
  let at = line[0] === 0x0d ? 1 : 0
  if (line[at] === 0x0a) at++
  return line[at] === DASH && line[at + 1] === DASH
}

function withoutPadding(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === 0x0a || line[end - 1] === 0x0d)) end--
  const lineEnd = line.subarray(end)
  const padded = end
  while (end > 0 && (line[end - 1] === 0x20 || line[end - 1] === 0x09)) end--
  return end === padded ? line : Buffer.concat([line.subarray(0, end), lineEnd])
}

const withoutInnerPadding = (line: Buffer): Buffer =>
  Buffer.from(line.toString('latin1').replace(/(?<![ \t])[ \t]+--(\r?\n)?$/, '--$1'), 'latin1')

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
    const whole = Buffer.concat(this.pieces.splice(0))
    const text = decodeBytes(whole, this.charset)
    free(whole)
    this.push(Buffer.from(text))
    done()
  }
}
