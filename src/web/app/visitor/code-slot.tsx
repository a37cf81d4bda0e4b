// The code of the newest mail that has one. Its place is there before it comes, so that nothing moves.
import { CopyButton } from '../parts/copy-button.tsx'
import { say } from '../words/words.ts'
import type { Inbox } from './inbox.ts'

export function CodeSlot({ inbox }: { inbox: Inbox | null }) {
  const found = inbox?.code.value ?? null
  return (
    <section class={`code-slot ${found ? 'has-code' : ''}`} aria-label={say('code.title')} aria-live="polite">
      {found ? (
        <>
          <div class="code-words">
            <span class="small text-truncate">{say('code.from', { from: found.from })}</span>
            <output class="code">{found.code}</output>
          </div>
          <CopyButton text={found.code} label={say('code.copy', { code: found.code })} look="btn-primary" />
        </>
      ) : (
        <p class="small mb-0">{say('code.none')}</p>
      )}
    </section>
  )
}
