// `/app/link#URL`: where a link that was clicked in the html of a mail leads. It opens in a tab of its own.
import { say } from '../words/words.ts'
import { TargetCard } from './target.tsx'

export function Leaving() {
  return (
    <section class="card-plain mail-leaving mx-auto">
      <h1 class="h4 mb-3">{say('mail.link.title')}</h1>
      <p class="text-body-secondary">{say('mail.link.from-mail')}</p>
      <TargetCard link={{ url: fromHash(location.hash), text: '' }} />
    </section>
  )
}

function fromHash(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1))
  } catch {
    return ''
  }
}
