// One mailbox in the list.
import { copy } from '../parts/copy-button.tsx'
import { Menu } from '../parts/menu.tsx'
import { say } from '../words/words.ts'
import type { ListedMailbox } from './mailbox-list.ts'
import { Moment } from './view.tsx'

export function MailboxRow({
  mailbox,
  isChosen,
  choose,
  edit,
  end,
  remove,
  restore,
}: {
  mailbox: ListedMailbox
  isChosen: boolean
  choose: (isChosen: boolean) => void
  edit: () => void
  /** To the archive, where it may go there. */
  end: () => void
  remove: () => void
  restore: () => void
}) {
  const { address, tag, messageCount, unseenCount = 0, expiresAt, state, recoverable } = mailbox
  const isOpen = state === 'active'
  const deletes = { text: say('boxes.delete'), choose: remove, isDanger: true }
  return (
    <li class={`row-line ${isChosen ? 'is-chosen' : ''}`}>
      <input
        type="checkbox"
        class="form-check-input"
        aria-label={say('boxes.choose', { address })}
        checked={isChosen}
        onChange={({ currentTarget }) => choose(currentTarget.checked)}
      />
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          {isOpen ? (
            <a class="row-name" href={`/app/mailboxes/${encodeURIComponent(address)}`}>
              {address}
            </a>
          ) : (
            <span class="row-name">{address}</span>
          )}
          {tag && <span class="tag">{tag}</span>}
          {unseenCount > 0 && <span class="unseen">{say('boxes.unseen', { count: unseenCount })}</span>}
        </div>
        <div class="row-notes">
          <span>{say('boxes.mails', { count: messageCount })}</span>
          {isOpen && (
            <span>
              {expiresAt === null ? (
                say('boxes.no-end')
              ) : (
                <>
                  {say('boxes.ends')} <Moment at={expiresAt} />
                </>
              )}
            </span>
          )}
          {isOpen && recoverable && <span>{say('boxes.is-recoverable')}</span>}
        </div>
      </div>
      <Menu label={say('boxes.actions', { address })} icon="more">
        {isOpen
          ? [
              { text: say('boxes.copy'), choose: () => void copy(address) },
              { text: say('member.edit'), choose: edit },
              ...(recoverable ? [{ text: say('boxes.archive'), choose: end }] : []),
              deletes,
            ]
          : [{ text: say('boxes.restore'), choose: restore }, deletes]}
      </Menu>
    </li>
  )
}
