// The mailboxes of an account: found, opened, changed, archived, restored and deleted.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pathOf } from '../api.ts'
import { follow } from '../live.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { announce, say as toast } from '../parts/toasts.tsx'
import type { List, OpenedMailbox } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, tellOf, useLoaded } from './ask.ts'
import { Bulk } from './bulk.tsx'
import { ChangeMailbox, OpenMailbox } from './mailbox-form.tsx'
import { askMailboxes, endOne, type ListedMailbox, nameOf, type State } from './mailbox-list.ts'
import { MailboxRow } from './mailbox-row.tsx'
import { askAccount, type OwnAccount } from './plans.ts'
import { Segments } from './segments.tsx'
import { Ready, View } from './view.tsx'

const restMs = 250
const freshMs = 800

export function Mailboxes() {
  const { route } = useLocation()
  const { query } = useLocation()
  const account = useLoaded(askAccount, [])
  const [isOpening, setOpening] = useState('new' in query)
  const title = say('frame.mailboxes')
  const open = (
    <button type="button" class="btn btn-primary btn-icon" onClick={() => setOpening(true)}>
      <Icon name="plus" /> {say('boxes.new')}
    </button>
  )
  return (
    <View title={title} actions={open}>
      {() => (
        <>
          {account.value && <Counts account={account.value} />}
          <MailboxList account={account.value} reloadAccount={account.reload} opening={() => setOpening(true)} />
          {isOpening && (
            <Dialog title={say('boxes.new')} close={() => setOpening(false)}>
              <Ready of={account}>
                {(own) => (
                  <OpenMailbox
                    account={own}
                    cancel={() => setOpening(false)}
                    opened={({ address }: OpenedMailbox) => {
                      setOpening(false)
                      toast(say('boxes.opened', { address }), 'success')
                      route(`/app/mailboxes/${encodeURIComponent(address)}`)
                    }}
                  />
                )}
              </Ready>
            </Dialog>
          )}
        </>
      )}
    </View>
  )
}

function Counts({ account: { used, limits } }: { account: OwnAccount }) {
  const parts = [
    [say('boxes.count-open'), used.activeMailboxes, limits.activeMailboxes],
    [say('plan.archived'), used.archivedMailboxes, limits.archivedMailboxes],
    [say('boxes.count-today'), used.inboxesToday, limits.inboxesPerDay],
  ] as const
  return (
    <dl class="counts">
      {parts.map(([name, count, most]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{most === null ? say('member.number', { count }) : say('member.of', { count, most })}</dd>
        </div>
      ))}
    </dl>
  )
}

function MailboxList({
  account,
  reloadAccount,
  opening,
}: {
  account: OwnAccount | null
  reloadAccount: () => Promise<void>
  opening: () => void
}) {
  const [state, setState] = useState<State>('active')
  const [typed, setTyped] = useState('')
  const [part, setPart] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [editing, setEditing] = useState<ListedMailbox | null>(null)
  const [ending, setEnding] = useState<ListedMailbox | null>(null)
  const [isMore, setMore] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const loaded = useLoaded<List<ListedMailbox>>(
    (signal) => askMailboxes({ state, part, cursor: null }, signal),
    [state, part],
  )

  useEffect(() => {
    const timer = setTimeout(() => setPart(typed.trim()), restMs)
    return () => clearTimeout(timer)
  }, [typed])
  useEffect(() => setChosen(new Set()), [state, part])

  // Mail that comes changes the counts.
  const { reload } = loaded
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        void reload()
      }, freshMs)
    }
    const line = follow('/events', {}, { event: soon, missed: soon, refused: () => {} })
    return () => {
      clearTimeout(timer)
      line.close()
    }
  }, [reload])

  const items = loaded.value?.items ?? []
  const tags = useMemo(() => [...new Set(items.flatMap(({ tag }) => (tag ? [tag] : [])))].slice(0, 12), [items])
  const selected = items.filter((one) => chosen.has(nameOf(one)))

  const done = async (text: string): Promise<void> => {
    toast(text, 'success')
    await Promise.all([loaded.reload(), reloadAccount()])
    search.current?.focus()
  }
  const attempt = (run: () => Promise<void>): void => void run().catch((error) => toast(tellOf(error), 'danger'))
  const end = (mailbox: ListedMailbox, permanent: boolean): void =>
    attempt(async () => {
      setEnding(null)
      await endOne(mailbox, permanent)
      const { address } = mailbox
      await done(say(permanent || !mailbox.recoverable ? 'boxes.deleted' : 'boxes.archived', { address }))
    })
  const restore = (mailbox: ListedMailbox): void =>
    attempt(async () => {
      await ask('POST', `${pathOf('mailboxes', nameOf(mailbox))}/restore`)
      await done(say('boxes.restored', { address: mailbox.address }))
    })
  const more = async (): Promise<void> => {
    const cursor = loaded.value?.next
    if (!cursor || isMore) return
    setMore(true)
    try {
      const next = await askMailboxes({ state, part, cursor })
      loaded.put(({ items }) => ({ items: [...items, ...next.items], next: next.next }))
      announce(say('boxes.more-shown', { count: next.items.length }))
    } catch (error) {
      toast(tellOf(error), 'danger')
    } finally {
      setMore(false)
    }
  }
  const choose = (name: string, isChosen: boolean): void => {
    const next = new Set(chosen)
    if (isChosen) next.add(name)
    else next.delete(name)
    setChosen(next)
  }

  return (
    <>
      <div class="toolbar">
        <Segments
          label={say('boxes.which')}
          value={state}
          choices={[
            ['active', say('boxes.count-open')],
            ['archived', say('boxes.count-archived')],
          ]}
          change={setState}
        />
        <input
          ref={search}
          type="search"
          class="form-control"
          aria-label={say('boxes.filter')}
          placeholder={say('boxes.filter')}
          maxLength={100}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </div>
      {tags.length > 0 && (
        <fieldset class="d-flex flex-wrap gap-2 mb-3" aria-label={say('boxes.tags')}>
          {tags.map((tag) => (
            <button
              key={tag}
              type="button"
              class="tag-button"
              aria-pressed={typed === tag}
              onClick={() => setTyped(typed === tag ? '' : tag)}
            >
              {tag}
            </button>
          ))}
        </fieldset>
      )}
      {selected.length > 0 && (
        <Bulk
          selected={selected}
          isArchive={state === 'archived'}
          clear={() => setChosen(new Set())}
          done={async () => {
            setChosen(new Set())
            await Promise.all([loaded.reload(), reloadAccount()])
          }}
        />
      )}
      <Ready of={loaded}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Nothing state={state} part={part} opening={opening} clear={() => setTyped('')} />
          ) : (
            <>
              <div class="form-check mb-2 ms-3">
                <input
                  id="choose-all"
                  type="checkbox"
                  class="form-check-input"
                  checked={selected.length === items.length}
                  onChange={({ currentTarget }) => setChosen(new Set(currentTarget.checked ? items.map(nameOf) : []))}
                />
                <label class="form-check-label small text-body-secondary" for="choose-all">
                  {say('boxes.choose-all')}
                </label>
              </div>
              <ul class="rows" aria-label={say('frame.mailboxes')}>
                {items.map((mailbox) => (
                  <MailboxRow
                    key={nameOf(mailbox)}
                    mailbox={mailbox}
                    isChosen={chosen.has(nameOf(mailbox))}
                    choose={(isChosen) => choose(nameOf(mailbox), isChosen)}
                    edit={() => setEditing(mailbox)}
                    end={() =>
                      mailbox.state === 'active' && mailbox.recoverable ? end(mailbox, false) : setEnding(mailbox)
                    }
                    remove={() => setEnding(mailbox)}
                    restore={() => restore(mailbox)}
                  />
                ))}
              </ul>
              {next !== null && (
                <button
                  type="button"
                  class="btn btn-outline-secondary mt-3"
                  disabled={isMore}
                  onClick={() => void more()}
                >
                  {say('member.more')}
                </button>
              )}
            </>
          )
        }
      </Ready>
      {editing && account && (
        <Dialog title={editing.address} close={() => setEditing(null)}>
          <ChangeMailbox
            mailbox={editing}
            limits={account.limits}
            cancel={() => setEditing(null)}
            changed={() => {
              setEditing(null)
              attempt(() => done(say('member.saved')))
            }}
          />
        </Dialog>
      )}
      {ending && (
        <Confirm
          title={say('boxes.delete-title', { address: ending.address })}
          text={say('boxes.delete-text', { count: ending.messageCount })}
          action={say('member.delete')}
          run={() => end(ending, true)}
          close={() => setEnding(null)}
        />
      )}
    </>
  )
}

function Nothing({
  state,
  part,
  opening,
  clear,
}: {
  state: State
  part: string
  opening: () => void
  clear: () => void
}) {
  if (part)
    return (
      <Empty icon="search" title={say('boxes.none-found', { part })} text={say('boxes.none-found-text')}>
        <button type="button" class="btn btn-outline-secondary" onClick={clear}>
          {say('boxes.clear-filter')}
        </button>
      </Empty>
    )
  if (state === 'archived')
    return <Empty icon="mail" title={say('boxes.none-archived')} text={say('boxes.none-archived-text')} />
  return (
    <Empty icon="mail" title={say('boxes.none')} text={say('boxes.none-text')}>
      <button type="button" class="btn btn-primary" onClick={opening}>
        {say('boxes.new')}
      </button>
    </Empty>
  )
}
