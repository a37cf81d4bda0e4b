// A mail's bytes on their way out.
import { smallBytes } from '../messages/downloads.ts'
import { contentDisposition } from '../messages/file-name.ts'
import type { RawMail } from '../messages/service.ts'
import { piecewise } from './piecewise.ts'

/** The bytes as they came, as a download. */
export function rawAnswer({ size, pieces }: RawMail, id: string): Response {
  const headers = {
    'Content-Type': 'message/rfc822',
    'Content-Disposition': contentDisposition(`${id}.eml`, 'attachment'),
    'Content-Security-Policy': "sandbox; default-src 'none'",
  }
  // Bun says the length of bytes that are there, and of a stream never, whatever the headers say.
  if (size <= smallBytes) return new Response(Buffer.concat([...pieces]), { headers })
  return piecewise(pieces, { headers }, () => {})
}
