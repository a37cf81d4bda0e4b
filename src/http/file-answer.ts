// Bytes of a mail as a download: as it came, or one of its attachments. Nothing of it runs where it is shown.
import { smallBytes } from '../messages/downloads.ts'
import { contentDisposition } from '../messages/file-name.ts'
import type { Attachment, FullMessage } from '../messages/message.ts'
import type { RawMail } from '../messages/service.ts'
import type { Door } from './dialect.ts'
import { attachmentBytes } from './download.ts'
import { piecewise } from './piecewise.ts'

/** What browsers run, apply or show as a page: they are not told that it is that. */
const active = /^multipart\/|html|script|wasm|manifest|\/css$|[/+.-]xml(?:-|$)/
const policy = "sandbox; default-src 'none'"

/** The bytes as they came. */
export function sourceAnswer({ size, pieces }: RawMail, fileName: string): Response {
  const headers = {
    'Content-Type': 'message/rfc822',
    'Content-Disposition': contentDisposition(fileName, 'attachment'),
    'Content-Security-Policy': policy,
  }
  // Bun says the length of bytes that are there, and of a stream never, whatever the headers say.
  if (size <= smallBytes) return new Response(Buffer.concat([...pieces]), { headers })
  return piecewise(pieces, { headers }, () => {})
}

/** Refuses: attachment-unknown, took-too-long, too-busy, rate-exceeded. */
export async function fileAnswer(
  door: Door,
  request: Request,
  message: FullMessage,
  { index, type, name, size }: Attachment,
  disposition: 'inline' | 'attachment' = 'attachment',
): Promise<Response> {
  const headers = {
    'Content-Type': active.test(type) ? 'application/octet-stream' : type,
    'Content-Disposition': contentDisposition(name, disposition),
    'Content-Security-Policy': policy,
  }
  return attachmentBytes(door, message, { index, size }, { headers, request })
}
