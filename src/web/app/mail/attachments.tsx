// The files of a mail. Pictures of known kinds are shown; nothing is ever opened on this page.
import { useEffect, useState } from 'preact/hooks'
import { pathOf, sentenceOf } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import type { Attachment, Message } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { DownloadButton } from './actions.tsx'
import { bytesOf } from './download.ts'
import { inOneLine } from './plain.ts'

/** What browsers show as pictures and nothing else. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
/** Larger ones are shown when they are asked for. */
const smallBytes = 512 * 1024
const shownAtFirst = 12

export function Attachments({ message, token }: { message: Message; token: string | null }) {
  const { id, attachments } = message
  const [isWhole, setWhole] = useState(false)
  if (attachments.length === 0) return null
  const shown = isWhole ? attachments : attachments.slice(0, shownAtFirst)
  const rest = attachments.length - shown.length
  return (
    <section class="mail-files" aria-label={say('mail.attachments')}>
      <h3 class="h6">{say('mail.attachments.count', { count: attachments.length })}</h3>
      <ul>
        {shown.map((one) => (
          <File key={one.id} file={one} path={`/messages${pathOf(id)}/attachments/${one.index}`} token={token} />
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" class="btn btn-link btn-sm p-0" onClick={() => setWhole(true)}>
          {say('mail.more', { count: rest })}
        </button>
      )}
    </section>
  )
}

function File({ file, path, token }: { file: Attachment; path: string; token: string | null }) {
  const { name: written, type, size } = file
  const name = inOneLine(written)
  return (
    <li class="mail-file">
      {pictures.has(type) ? (
        <Picture path={path} token={token} type={type} name={name} size={size} />
      ) : (
        <span class="mail-file-sign">
          <Icon name="clip" />
        </span>
      )}
      <div class="mail-file-words">
        <bdi class="mail-file-name">{name}</bdi>
        <span class="text-body-secondary small">
          <bdi>{type}</bdi> · {bytes(size)}
        </span>
      </div>
      <DownloadButton
        path={path}
        name={name}
        size={size}
        token={token}
        text={say('mail.save')}
        label={say('mail.save-file', { name })}
      />
    </li>
  )
}

type Shown = { path: string; token: string | null; type: string; name: string; size: number }

function Picture({ path, token, type, name, size }: Shown) {
  const [isWished, setWished] = useState(size <= smallBytes)
  const [url, setUrl] = useState<string | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    if (!isWished) return
    const controller = new AbortController()
    let made: string | null = null
    bytesOf(path, token, () => {}, controller.signal)
      .then((pieces) => {
        if (controller.signal.aborted) return
        // The type is ours, not the mail's: what is no such picture is not shown.
        made = URL.createObjectURL(new Blob(pieces, { type }))
        setUrl(made)
      })
      .catch((error) => {
        if (!controller.signal.aborted) setTrouble(sentenceOf(error))
      })
    return () => {
      controller.abort()
      if (made !== null) URL.revokeObjectURL(made)
    }
  }, [isWished, path, token, type])
  if (trouble !== null) {
    return (
      <span class="mail-file-sign" title={trouble}>
        <Icon name="warning" />
      </span>
    )
  }
  if (url !== null) {
    return (
      <img
        class="mail-file-picture"
        src={url}
        alt={say('mail.preview-of', { name })}
        onError={() => setTrouble(say('mail.no-picture'))}
      />
    )
  }
  return (
    <button
      type="button"
      class="mail-file-sign"
      aria-label={say('mail.preview-of', { name })}
      title={say('mail.preview')}
      disabled={isWished}
      onClick={() => setWished(true)}
    >
      <Icon name="eye" />
    </button>
  )
}
