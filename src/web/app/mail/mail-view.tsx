// One mail.
import { useEffect, useState } from 'preact/hooks'
import { call, pathOf, sentenceOf } from '../api.ts'
import type { Message } from '../shapes.ts'
import { say } from '../words/words.ts'

export function MailView({ id, token }: { id: string; token: string | null; isReadOnly: boolean; onGone: () => void }) {
  const [mail, setMail] = useState<Message | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    call<Message>('GET', `/messages${pathOf(id)}`, { token }).then(setMail, setFailure)
  }, [id, token])
  if (failure) return <p class="text-danger">{sentenceOf(failure)}</p>
  if (!mail) return <p>{say('frame.loading')}</p>
  return (
    <article>
      <h2 class="h4">{mail.subject}</h2>
      <p class="text-body-secondary">{mail.from}</p>
      <pre class="text-wrap">{mail.text}</pre>
    </article>
  )
}
