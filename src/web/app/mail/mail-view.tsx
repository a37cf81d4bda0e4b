// One mail, with all that can be known of it. Whatever a stranger wrote is shown as text, or in a frame that can do nothing.
import { useId, useState } from 'preact/hooks'
import { Empty } from '../parts/empty.tsx'
import { say } from '../words/words.ts'
import { Actions } from './actions.tsx'
import { Attachments } from './attachments.tsx'
import { MailHead } from './head.tsx'
import { Notes } from './notes.tsx'
import { MailTabs } from './tabs.tsx'
import { type Clicked, LinkDialog } from './target.tsx'
import { type MailProps, useMessage } from './use-message.ts'
import { Waiting } from './waiting.tsx'

/** Whatever of another mail was shown is forgotten with it. */
export function MailView(given: MailProps) {
  return <OneMail key={given.id} {...given} />
}

function OneMail(given: MailProps) {
  const { token, isReadOnly } = given
  const { message, error, again, mark, remove } = useMessage(given)
  const [link, setLink] = useState<Clicked | null>(null)
  const name = useId()
  if (!message && error !== null) {
    return (
      <Empty icon="warning" title={say('mail.not-shown')} text={error}>
        <button type="button" class="btn btn-primary" onClick={again}>
          {say('mail.again')}
        </button>
      </Empty>
    )
  }
  if (!message) return <Waiting text={say('mail.loading')} />
  return (
    <article class="mail" data-id={message.id} aria-labelledby={name}>
      <Actions message={message} token={token} isReadOnly={isReadOnly} mark={mark} remove={remove} />
      <MailHead message={message} name={name} />
      <Notes message={message} />
      <Attachments message={message} token={token} />
      <MailTabs message={message} token={token} ask={setLink} />
      <div class="mail-print" aria-hidden="true">
        {message.text}
      </div>
      {link && <LinkDialog link={link} close={() => setLink(null)} />}
    </article>
  )
}
