// An attachment on its way out: a large one takes one of its client's places for as long as it is sent.
import { type Held, smallBytes } from '../messages/downloads.ts'
import type { Attachment, FullMessage } from '../messages/message.ts'
import type { Door } from './dialect.ts'
import { partsOf, piecewise } from './piecewise.ts'
import { visitOf } from './visit.ts'

/** Its bytes, to be released when they are sent. Refuses: attachment-unknown, took-too-long, too-busy, rate-exceeded. */
export async function download(
  { core, downloadSlots }: Pick<Door, 'core' | 'downloadSlots'>,
  client: string,
  message: FullMessage,
  { index, size }: Pick<Attachment, 'index' | 'size'>,
): Promise<Held> {
  const leave = size > smallBytes ? downloadSlots.take(client) : () => {}
  try {
    const { bytes, written, release } = await core.messages.attachment(message, index)
    return {
      bytes,
      written,
      release: () => {
        release()
        leave()
      },
    }
  } catch (error) {
    leave()
    throw error
  }
}

type Headers = Record<string, string>

/** Its bytes as an answer, a large one piece by piece; `headers` may depend on what the mail says of it. Refuses: as `download`. */
export async function attachmentBytes(
  door: Pick<Door, 'core' | 'downloadSlots'>,
  message: FullMessage,
  attachment: Pick<Attachment, 'index' | 'size'>,
  { headers, request }: { headers: Headers | ((written: Held['written']) => Headers); request: Request },
): Promise<Response> {
  const isLarge = attachment.size > smallBytes
  // Nobody would read it, nor tell that it is over.
  const isUnread = request.method === 'HEAD' && isLarge
  if (isUnread && typeof headers !== 'function') return new Response(null, { headers })
  const { bytes, written, release } = await download(door, visitOf(request).client, message, attachment)
  const init = { headers: typeof headers === 'function' ? headers(written) : headers }
  if (isLarge && !isUnread) return piecewise(partsOf(bytes), init, release)
  const copy = isUnread ? null : new Uint8Array(bytes)
  release()
  return new Response(copy, init)
}
