// The addresses side by side, with how much is unread at each.

import { say } from '../words/words.ts'
import { choose, current, held } from './held.ts'
import { inboxOf } from './inboxes.ts'

export function AddressTabs({ chosen }: { chosen: () => void }) {
  if (held.value.length < 2) return null
  return (
    <nav class="address-tabs" aria-label={say('visitor.addresses')}>
      {held.value.map((one) => {
        const { unread, isOver } = inboxOf(one)
        const name = one.address.slice(0, one.address.lastIndexOf('@'))
        return (
          <button
            key={one.id}
            type="button"
            class={`address-tab ${isOver.value ? 'is-over' : ''}`}
            title={one.address}
            aria-current={current.value?.id === one.id}
            onClick={() => {
              choose(one.address)
              chosen()
            }}
          >
            <span class="text-truncate">{name}</span>
            {unread.value > 0 && (
              <span class="badge rounded-pill unread-count">
                {unread.value}
                <span class="visually-hidden"> {say('visitor.unread')}</span>
              </span>
            )}
          </button>
        )
      })}
    </nav>
  )
}
