// A public address: anyone may read what comes to it, and nobody can change it.
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { CopyButton } from '../parts/copy-button.tsx'
import { Empty } from '../parts/empty.tsx'
import type { Summary } from '../shapes.ts'
import { say } from '../words/words.ts'
import { countInTitle, tellOf } from './arrivals.ts'
import { CodeSlot } from './code-slot.tsx'
import { Inbox } from './inbox.ts'
import { InboxView } from './inbox-view.tsx'
import { type Followed, followPublic } from './inboxes.ts'
import { LookForm, lookPath } from './look-form.tsx'

export function LookView() {
  const { params } = useRoute()
  const address = params['address'] ?? ''
  const inbox = useMemo(() => new Inbox(address, null), [address])
  const [followed, setFollowed] = useState<Followed | null>(null)
  const [isClosed, setClosed] = useState(false)
  // What others have read is not known: what came while one looked is counted.
  const came = useSignal(0)
  useEffect(() => countInTitle(() => came.value), [])
  useEffect(() => {
    setClosed(false)
    came.value = 0
    const take = (mail: Summary): void => {
      came.value++
      tellOf(mail)
    }
    const made = followPublic(inbox, take, () => setClosed(true))
    setFollowed(made)
    return () => made.line.close()
  }, [inbox])
  if (isClosed) {
    return (
      <Empty icon="eye" title={say('look-at.closed')} text={say('look-at.closed-more', { address })}>
        <LookForm />
        <a class="btn btn-quiet mt-2" href="/">
          {say('frame.to-start')}
        </a>
      </Empty>
    )
  }
  return (
    <div class={params['id'] === undefined ? 'visitor' : 'visitor has-mail'}>
      <section class="address-card" aria-label={say('look-at.title')}>
        <div class="address-grid">
          <div class="address-main">
            <h1 class="h6 text-body-secondary mb-1">{say('look-at.title')}</h1>
            <output class="address">{address}</output>
            <p class="small text-body-secondary mb-0 mt-2">{say('look-at.anyone')}</p>
          </div>
          <div class="address-side">
            <div>
              <CopyButton text={address} label={say('visitor.copy')} />
            </div>
            <CodeSlot inbox={inbox} />
          </div>
        </div>
      </section>
      <InboxView
        key={address}
        inbox={inbox}
        followed={followed}
        base="/app/look"
        home={lookPath(address)}
        openId={params['id'] ?? null}
      />
    </div>
  )
}
