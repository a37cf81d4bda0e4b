// The page of a visitor: an address at once, and what comes to it.
import { useEffect, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { ApiError, sentenceOf } from '../api.ts'
import { facts } from '../facts.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { useShortcuts } from '../parts/shortcuts.ts'
import { session } from '../session.ts'
import { say } from '../words/words.ts'
import { AddressCard, begin } from './address-card.tsx'
import { countInTitle, tellOf } from './arrivals.ts'
import { choose, current, held } from './held.ts'
import { InboxView, MailView } from './inbox-view.tsx'
import { followHeld, heldLine, inboxOf, unreadOfAll } from './inboxes.ts'
import { LookForm, publicDomains } from './look-form.tsx'
import { opening, openRandom } from './opening.ts'
import { Unavailable } from './unavailable.tsx'

export function VisitorView() {
  const { params } = useRoute()
  const { address, id } = params
  const isHeld = held.value.some((one) => one.address === address)
  if (address !== undefined && id !== undefined && !isHeld) return <LoneMail id={id} />
  return facts.anonymousMailboxes || held.value.length > 0 ? (
    <Addresses wished={address} openId={id ?? null} />
  ) : (
    <Unavailable />
  )
}

function Addresses({ wished, openId }: { wished: string | undefined; openId: string | null }) {
  const { route } = useLocation()
  useEffect(() => {
    if (wished !== undefined) choose(wished)
  }, [wished])
  useEffect(() => followHeld(tellOf), [])
  useEffect(() => countInTitle(() => unreadOfAll.value), [])
  const isNeeded = held.value.length === 0 && opening.value === null && facts.anonymousMailboxes
  useEffect(() => {
    if (isNeeded) void openRandom()
  }, [isNeeded])
  useShortcuts('help.addresses', [
    { keys: ['n'], text: 'help.new', run: () => void (facts.anonymousMailboxes && begin(() => route('/'))) },
  ])
  if (opening.value && opening.value.failure !== null) return <Refused error={opening.value.failure} />
  const one = opening.value ? null : current.value
  const isShown = one !== null && (wished === undefined || wished === one.address)
  return (
    <div class={openId === null ? 'visitor' : 'visitor has-mail'}>
      <AddressCard />
      {isShown ? (
        <InboxView
          key={one.address}
          inbox={inboxOf(one)}
          followed={heldLine.value}
          base="/app/mail"
          home="/"
          openId={openId}
        />
      ) : (
        <div class="inbox">
          <section class="inbox-list card-plain" aria-label={say('list.title')} />
        </div>
      )}
      {publicDomains().length > 0 && <LookButton />}
    </div>
  )
}

function LookButton() {
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="look-button">
      <button type="button" class="btn btn-quiet btn-icon" onClick={() => setOpen(true)}>
        <Icon name="eye" /> {say('look-at.title')}
      </button>
      {isOpen && (
        <Dialog title={say('look-at.title')} close={() => setOpen(false)}>
          <LookForm looked={() => setOpen(false)} />
        </Dialog>
      )}
    </div>
  )
}

/** No address could be opened: why, and what one can do instead. */
function Refused({ error }: { error: unknown }) {
  const isQuota = error instanceof ApiError && ['mailboxes-exhausted', 'quota-exceeded'].includes(error.reason)
  return (
    <Empty icon="warning" title={say('visitor.refused')} text={sentenceOf(error)}>
      <div class="d-flex flex-wrap justify-content-center gap-2 mb-4">
        <button type="button" class="btn btn-primary" onClick={() => void retry()}>
          {say('line.retry')}
        </button>
        {isQuota && session.value === null && (
          <a class="btn btn-outline-secondary" href="/app/sign-in">
            {say('frame.sign-in')}
          </a>
        )}
      </div>
      {publicDomains().length > 0 && <LookForm />}
    </Empty>
  )
}

function retry(): Promise<void> {
  opening.value = null
  return openRandom()
}

/** A mail of an address that this browser does not hold: a member's, or one that anyone may read. */
function LoneMail({ id }: { id: string }) {
  const { route } = useLocation()
  return (
    <section aria-label={say('row.title')}>
      <a class="btn btn-quiet btn-icon mb-2" href="/">
        <Icon name="back" /> {say('frame.to-start')}
      </a>
      <MailView id={id} token={null} isReadOnly={!session.value} onGone={() => route('/')} />
    </section>
  )
}
