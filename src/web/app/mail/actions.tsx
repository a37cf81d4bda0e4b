// What can be done with a mail as a whole.
import { useState } from 'preact/hooks'
import { pathOf, sentenceOf } from '../api.ts'
import { Confirm } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { say as toast } from '../parts/toasts.tsx'
import type { Message } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { bytesOf, keepAs } from './download.ts'

type Given = {
  message: Message
  token: string | null
  isReadOnly: boolean
  mark: (seen: boolean) => Promise<void>
  remove: () => Promise<void>
}

export function Actions({ message, token, isReadOnly, mark, remove }: Given) {
  const [isAsking, setAsking] = useState(false)
  const { seen } = message
  return (
    <div class="mail-actions" role="toolbar" aria-label={say('mail.actions')}>
      <SourceButton message={message} token={token} />
      <button type="button" class="btn btn-outline-secondary btn-sm btn-icon" onClick={() => print()}>
        <Icon name="print" /> {say('mail.print')}
      </button>
      {!isReadOnly && (
        <>
          <button type="button" class="btn btn-outline-secondary btn-sm btn-icon" onClick={() => void mark(!seen)}>
            <Icon name={seen ? 'mail' : 'eye'} /> {say(seen ? 'mail.mark-new' : 'mail.mark-seen')}
          </button>
          <button type="button" class="btn btn-outline-danger btn-sm btn-icon" onClick={() => setAsking(true)}>
            <Icon name="trash" /> {say('mail.delete')}
          </button>
        </>
      )}
      {isAsking && (
        <Confirm
          title={say('mail.delete.title')}
          text={say('mail.delete.text')}
          action={say('mail.delete')}
          run={() => {
            setAsking(false)
            void remove()
          }}
          close={() => setAsking(false)}
        />
      )}
    </div>
  )
}

/** Of the mail as it came, as a file. */
export function SourceButton({ message: { id, size }, token }: { message: Message; token: string | null }) {
  return (
    <DownloadButton
      path={`/messages${pathOf(id)}/raw`}
      name={`${id}.eml`}
      size={size}
      token={token}
      text={say('mail.download')}
      label={say('mail.download')}
    />
  )
}

type Download = { path: string; name: string; size: number; token: string | null; text: string; label: string }

/** How far it has come stands in the button while it is under way. */
export function DownloadButton({ path, name, size, token, text, label }: Download) {
  const [got, setGot] = useState<number | null>(null)
  const download = async (): Promise<void> => {
    setGot(0)
    try {
      keepAs(name, await bytesOf(path, token, setGot))
    } catch (error) {
      toast(sentenceOf(error), 'danger')
    }
    setGot(null)
  }
  return (
    <button
      type="button"
      class="btn btn-outline-secondary btn-sm btn-icon"
      aria-label={label}
      disabled={got !== null}
      onClick={() => void download()}
    >
      <Icon name="download" /> {got === null ? text : say('mail.downloading', { done: bytes(got), all: bytes(size) })}
    </button>
  )
}
