// One attachment read out of a mail's bytes again, by the place that its digest gave it.

import { Buffer } from 'node:buffer'
import { type MimeBounds, usualBounds } from './bounded-parser.ts'
import { attachmentName } from './file-name.ts'
import { safeType } from './media-type.ts'
import { type Body, type Part, parse } from './parse.ts'

/** `index` from 0 in mail order, `name` safe to use as a file name, `size` in decoded bytes. */
export type DigestedAttachment = {
  index: number
  name: string
  type: string
  size: number
  contentId: string | null
  inline: boolean
}

/** What the mail itself says of an attachment: its name, not made safe, and how it is to be shown (RFC 2183 §2.8). */
export type Written = { name: string | null; disposition: 'inline' | 'attachment' }

export type AttachmentContent = Omit<DigestedAttachment, 'index' | 'size'> & { bytes: Uint8Array; written: Written }

const CONTENT_ID_CHARACTERS = 300

/** The attachment that `digest` lists under `index` for the same bytes and bounds, or null. */
export async function attachment(
  bytes: Uint8Array,
  index: number,
  bounds: MimeBounds = usualBounds,
): Promise<AttachmentContent | null> {
  const pieces: Uint8Array[] = []
  const parsed = await parse(bytes, bounds, (part, piece) => {
    if (part.index === index) pieces.push(piece)
  })
  const part = parsed.attachments[index]
  if (!part) return null
  const { name, type, contentId, inline } = described(part, parsed.bodies)
  const disposition = part.saysInline ? 'inline' : 'attachment'
  const written: Written = { name: part.name, disposition }
  return { name, type, contentId, inline, bytes: Buffer.concat(pieces), written }
}

/** What a digest says of a part. */
export function described(part: Part, bodies: Body[]): DigestedAttachment {
  const type = safeType(part.type)
  const contentId = safeContentId(part)
  return {
    index: part.index,
    name: attachmentName(part.name, part.index, type),
    type,
    size: part.size,
    contentId,
    inline: isInline(part, contentId, bodies),
  }
}

/** Shown within the html: it says so, stands beside the html (RFC 2387), or the html asks for it. */
function isInline(part: Part, contentId: string | null, bodies: Body[]): boolean {
  if (part.disposition === 'inline' || (part.related && part.disposition !== 'attachment')) return true
  return contentId !== null && bodies.some((body) => body.kind === 'html' && body.content.includes(`cid:${contentId}`))
}

function safeContentId(part: Part): string | null {
  const id = part.contentId?.replace(/[\0-\x20\x7f-\uffff<>]/g, '') ?? ''
  return id && id.length <= CONTENT_ID_CHARACTERS ? id : null
}
