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
    const { bytes, release } = await core.messages.attachment(message, index)
    return {
      bytes,
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

/** Its bytes as an answer, a large one piece by piece. Refuses: as `download`. */
export async function attachmentBytes(
  door: Pick<Door, 'core' | 'downloadSlots'>,
  message: FullMessage,
  attachment: Pick<Attachment, 'index' | 'size'>,
  { headers, request }: { headers: Record<string, string>; request: Request },
): Promise<Response> {
  const isLarge = attachment.size > smallBytes
  // Nobody would read it, nor tell that it is over.
  if (request.method === 'HEAD' && isLarge) return new Response(null, { headers })
  const { bytes, release } = await download(door, visitOf(request).client, message, attachment)
  if (isLarge) return piecewise(partsOf(bytes), { headers }, release)
  const copy = new Uint8Array(bytes)
  release()
  return new Response(copy, { headers })
}
