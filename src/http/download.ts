// An attachment on its way out: a large one takes one of its client's places for as long as it is sent.
import { type Held, smallBytes } from '../messages/downloads.ts'
import type { Attachment, FullMessage } from '../messages/message.ts'
import type { Door } from './dialect.ts'

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
