// The mails of an inbox, as a list that stays smooth however long it is.
import { sentenceOf } from '../api.ts'
import { Empty } from '../parts/empty.tsx'
import { WindowList } from '../parts/window-list.tsx'
import type { Summary } from '../shapes.ts'
import { say } from '../words/words.ts'
import { rowHeight } from './density.ts'
import type { Inbox } from './inbox.ts'
import type { Followed } from './inboxes.ts'
import { MailRow } from './mail-row.tsx'

export function MailList({
  inbox,
  followed,
  hrefOf,
  openId,
  activeId,
  activate,
}: {
  inbox: Inbox
  followed: Followed | null
  hrefOf: (id: string) => string
  openId: string | null
  /** The one that keys are about. */
  activeId: string | null
  activate: (id: string) => void
}) {
  const { search } = inbox
  const listing = inbox.shown
  const mails = listing.mails.value
  if (mails.length === 0 && listing.failure.value !== null)
    return <Failed text={sentenceOf(listing.failure.value)} again={() => void listing.load()} />
  if (mails.length === 0) {
    if (search.value && !listing.isKnown.value) return <Empty icon="search" title={say('list.searching')} />
    if (search.value)
      return (
        <Empty
          icon="search"
          title={say('list.nothing')}
          text={say('list.nothing-more', { words: search.value.words })}
        />
      )
    if (!listing.isKnown.value)
      return followed?.isBroken.value ? <Failed text={say('error.offline')} again={followed.line.retry} /> : null
    return <Empty icon="mail" title={say('list.empty')} text={say('list.empty-more', { address: inbox.address })} />
  }
  const active = mails.findIndex(({ id }) => id === activeId)
  return (
    <WindowList
      items={mails}
      keyOf={idOf}
      rowHeight={rowHeight()}
      label={say('list.label')}
      active={active}
      nearEnd={() => void listing.more()}
    >
      {(mail, index) => (
        <MailRow
          mail={mail}
          href={hrefOf(mail.id)}
          code={inbox.codes.value.get(mail.id)?.code ?? ''}
          isOpen={mail.id === openId}
          isActive={active < 0 ? index === 0 : index === active}
          focused={() => activate(mail.id)}
        />
      )}
    </WindowList>
  )
}

const idOf = ({ id }: Summary): string => id

function Failed({ text, again }: { text: string; again: () => void }) {
  return (
    <Empty icon="warning" title={say('list.failed')} text={text}>
      <button type="button" class="btn btn-primary" onClick={again}>
        {say('line.retry')}
      </button>
    </Empty>
  )
}
