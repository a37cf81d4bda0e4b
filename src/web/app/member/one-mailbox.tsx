// One mailbox, and its mail as it comes.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { pathOf } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { say as toast } from '../parts/toasts.tsx'
import type { Summary } from '../shapes.ts'
import { tellOf as tellOfMail } from '../visitor/arrivals.ts'
import { CodeSlot } from '../visitor/code-slot.tsx'
import { Inbox } from '../visitor/inbox.ts'
import { InboxView } from '../visitor/inbox-view.tsx'
import { type Followed, followOwn } from '../visitor/inboxes.ts'
import { say } from '../words/words.ts'
import { ask, type Loaded, tellOf, useLoaded } from './ask.ts'
import { ChangeMailbox } from './mailbox-form.tsx'
import { endOne, type ListedMailbox } from './mailbox-list.ts'
import { askAccount } from './plans.ts'
import { Moment, Ready, View } from './view.tsx'

export function OneMailbox() {
  const { params } = useRoute()
  const name = params['address'] ?? ''
  const mailbox = useLoaded((signal) => ask<ListedMailbox>('GET', pathOf('mailboxes', name), { signal }), [name])
  const back = (
    <a class="btn btn-outline-secondary btn-icon" href="/app/mailboxes">
      <Icon name="back" /> {say('boxes.back')}
    </a>
  )
  return (
    <View title={mailbox.value?.address ?? say('boxes.one')} actions={back}>
      {() => (
        <Ready of={mailbox}>
          {(found) =>
            found.state === 'archived' ? (
              <Archived mailbox={found} />
            ) : (
              <OpenOne key={found.address} mailbox={found} loaded={mailbox} openId={params['id'] ?? null} />
            )
          }
        </Ready>
      )}
    </View>
  )
}

function Archived({ mailbox: { id, address } }: { mailbox: ListedMailbox }) {
  const { route } = useLocation()
  const restore = async (): Promise<void> => {
    try {
      await ask('POST', `${pathOf('mailboxes', id ?? address)}/restore`)
      toast(say('boxes.restored', { address }), 'success')
      route('/app/mailboxes')
    } catch (error) {
      toast(tellOf(error), 'danger')
    }
  }
  return (
    <Empty icon="mail" title={say('boxes.is-archived')} text={say('boxes.is-archived-text')}>
      <button type="button" class="btn btn-primary" onClick={() => void restore()}>
        {say('boxes.restore')}
      </button>
    </Empty>
  )
}

function OpenOne({
  mailbox,
  loaded,
  openId,
}: {
  mailbox: ListedMailbox
  loaded: Loaded<ListedMailbox>
  openId: string | null
}) {
  const { route } = useLocation()
  const { address, tag, expiresAt, recoverable } = mailbox
  const inbox = useMemo(() => new Inbox(address, null, true), [address])
  const [followed, setFollowed] = useState<Followed | null>(null)
  const [doing, setDoing] = useState<'edit' | 'delete' | null>(null)
  const account = useLoaded(askAccount, [])
  const stop = (): void => setDoing(null)
  useEffect(() => {
    const came = (mail: Summary): void => tellOfMail(mail)
    const made = followOwn(inbox, came, () => void loaded.reload())
    setFollowed(made)
    return () => made.line.close()
  }, [inbox])

  const end = async (permanent: boolean): Promise<void> => {
    stop()
    try {
      await endOne(mailbox, permanent)
      toast(say(permanent ? 'boxes.deleted' : 'boxes.archived', { address }), 'success')
      route('/app/mailboxes', true)
    } catch (error) {
      toast(tellOf(error), 'danger')
    }
  }
  return (
    <>
      <section class="own-mailbox card-plain mb-3" aria-label={say('boxes.one')}>
        <div class="row-main">
          <div class="row-notes mt-0">
            {tag && <span class="tag">{tag}</span>}
            <span>
              {expiresAt === null ? (
                say('boxes.no-end')
              ) : (
                <>
                  {say('boxes.ends')} <Moment at={expiresAt} />
                </>
              )}
            </span>
            {recoverable && <span>{say('boxes.is-recoverable')}</span>}
          </div>
          <CodeSlot inbox={inbox} />
        </div>
        <div class="d-flex gap-2">
          <CopyButton text={address} label={say('boxes.copy')} look="btn-primary" />
          <Menu label={say('boxes.actions', { address })} icon="more">
            {[
              { text: say('member.edit'), choose: () => setDoing('edit') },
              ...(recoverable ? [{ text: say('boxes.archive'), choose: () => void end(false) }] : []),
              { text: say('boxes.delete'), choose: () => setDoing('delete'), isDanger: true },
            ]}
          </Menu>
        </div>
      </section>
      <InboxView
        inbox={inbox}
        followed={followed}
        base="/app/mailboxes"
        home={`/app/mailboxes/${encodeURIComponent(address)}`}
        openId={openId}
      />
      {doing === 'edit' && account.value && (
        <Dialog title={say('boxes.change')} close={stop}>
          <ChangeMailbox
            mailbox={mailbox}
            limits={account.value.limits}
            cancel={stop}
            changed={() => {
              stop()
              toast(say('member.saved'), 'success')
              void loaded.reload()
            }}
          />
        </Dialog>
      )}
      {doing === 'delete' && (
        <Confirm
          title={say('boxes.delete-title', { address })}
          text={say('boxes.delete-text', { count: inbox.all.mails.value.length })}
          action={say('boxes.delete')}
          run={() => void end(true)}
          close={stop}
        />
      )}
    </>
  )
}
