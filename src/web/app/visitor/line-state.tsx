// Whether mail can come by itself at the moment.
import { say } from '../words/words.ts'
import type { Followed } from './inboxes.ts'

export function LineState({ followed }: { followed: Followed | null }) {
  const state = followed?.line.state.value ?? 'connecting'
  const isBroken = followed?.isBroken.value ?? false
  const shown = isBroken ? 'down' : state
  return (
    <div class="line-state" role="status">
      <span class={`line-dot is-${shown}`} aria-hidden="true" />
      <span class="small text-body-secondary">{say(`line.${shown}`)}</span>
      {isBroken && (
        <button type="button" class="btn btn-sm btn-outline-secondary" onClick={() => followed?.line.retry()}>
          {say('line.retry')}
        </button>
      )}
    </div>
  )
}
