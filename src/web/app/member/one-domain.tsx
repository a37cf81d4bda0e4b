// One domain: how it stands, what is to be set for it, what is wrong with it, who takes its mail.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { ApiError, pathOf } from '../api.ts'
import { facts } from '../facts.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { announce, say as toast } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import { ask, tellOf, useLoaded } from './ask.ts'
import { Doctor } from './domain-doctor.tsx'
import { AddDomain } from './domain-form.tsx'
import type { CustomDomain } from './domain-list.ts'
import { Records } from './domain-records.tsx'
import { LiveNote, Meaning, StateMark, Times } from './domain-state.tsx'
import { Reading, Takers } from './domain-takers.tsx'
import { pathOfDomain } from './domains.tsx'
import { useDomainChanges } from './use-domain-changes.ts'
import { useSeconds } from './use-seconds.ts'
import { Ready, View } from './view.tsx'

const verifyWords = { 'rate-exceeded': 'domains.too-often', 'domain-unknown': 'domains.unknown' } as const

export function OneDomain() {
  const { params } = useRoute()
  const name = params['name'] ?? ''
  const path = pathOf('domains', name)
  // It may also be removed while somebody looks at it.
  const loaded = useLoaded<{ domain: CustomDomain | null }>(
    async (signal) => {
      try {
        return { domain: await ask<CustomDomain>('GET', path, { signal }) }
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'domain-unknown') return { domain: null }
        throw error
      }
    },
    [path],
  )
  const domain = loaded.value?.domain ?? null
  const line = useDomainChanges(domain ? [domain] : null, loaded.reload)
  useSeconds(5)
  useStateTold(domain)
  const back = (
    <a class="btn btn-outline-secondary btn-icon" href="/app/domains">
      <Icon name="back" /> {say('domains.all')}
    </a>
  )
  return (
    <View title={domain?.unicodeName ?? say('domains.one')} actions={back}>
      {() => (
        <Ready of={loaded}>
          {({ domain }) =>
            domain === null ? (
              <Empty icon="globe" title={say('domains.unknown')} />
            ) : (
              <>
                <Standing domain={domain} put={(next) => loaded.put(() => ({ domain: next }))} />
                <LiveNote line={line} />
                <Below domain={domain} reload={loaded.reload} />
              </>
            )
          }
        </Ready>
      )}
    </View>
  )
}

/** Says a new state to who does not see it. */
function useStateTold(domain: CustomDomain | null): void {
  const before = useRef<CustomDomain | null>(null)
  useEffect(() => {
    const { current } = before
    before.current = domain
    if (!domain || current?.id !== domain.id || current.state === domain.state) return
    announce(say('domains.became', { name: domain.unicodeName, state: say(`domains.${domain.state}`) }))
  }, [domain])
}

function Standing({ domain, put }: { domain: CustomDomain; put: (domain: CustomDomain) => void }) {
  const { name, unicodeName, byHand } = domain
  const [isBusy, setBusy] = useState(false)
  const [isRemoving, setRemoving] = useState(false)
  const verify = async (): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      const next = await ask<CustomDomain>('POST', `${pathOf('domains', name)}/verify`)
      put(next)
      const isThere = next.state === 'verified'
      toast(
        say(isThere ? 'domains.verified-now' : 'domains.not-yet', { name: unicodeName }),
        isThere ? 'success' : 'info',
      )
    } catch (error) {
      toast(tellOf(error, verifyWords), 'danger')
    }
    setBusy(false)
  }
  return (
    <section class="card-plain mb-3" aria-label={say('domains.one')}>
      <div class="d-flex flex-wrap align-items-center gap-2 mb-2">
        <StateMark domain={domain} />
        {unicodeName !== name && <span class="small text-body-secondary">{name}</span>}
      </div>
      <Meaning domain={domain} />
      <Times domain={domain} />
      <div class="d-flex flex-wrap align-items-center gap-2 mt-3">
        {facts.asksDns && (
          <>
            <button type="button" class="btn btn-primary" disabled={isBusy} onClick={() => void verify()}>
              {isBusy && <span class="spinner-border spinner-border-sm me-2" aria-hidden="true" />}
              {say('domains.verify')}
            </button>
            <span class="small text-body-secondary">{say('domains.verify-hint')}</span>
          </>
        )}
        <div class="ms-auto">
          <Menu label={say('domains.actions', { name: unicodeName })} icon="more">
            {[{ text: say('domains.remove'), choose: () => setRemoving(true), isDanger: true }]}
          </Menu>
        </div>
      </div>
      {!facts.asksDns && !byHand && <p class="alert alert-info py-2 mt-3 mb-0">{say('domains.by-hand-only')}</p>}
      {isRemoving && <Removal domain={domain} close={() => setRemoving(false)} />}
    </section>
  )
}

/** Where mailboxes would end with it, it asks again, with their number. */
function Removal({ domain: { id, unicodeName }, close }: { domain: CustomDomain; close: () => void }) {
  const { route } = useLocation()
  const [count, setCount] = useState(0)
  const [isBusy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      await ask('DELETE', `${pathOf('domains', id)}?confirm=${count}`)
      toast(say('domains.removed', { name: unicodeName }), 'success')
      return route('/app/domains', true)
    } catch (error) {
      if (error instanceof ApiError && error.mailboxes !== null) setCount(error.mailboxes)
      else {
        toast(tellOf(error, verifyWords), 'danger')
        close()
      }
    }
    setBusy(false)
  }
  return (
    <Confirm
      key={count}
      title={say('domains.remove-title', { name: unicodeName })}
      text={`${count === 0 ? '' : `${say('domains.remove-ends', { count })} `}${say('domains.remove-text')}`}
      action={count === 0 ? say('domains.remove') : say('domains.remove-with', { count })}
      isBusy={isBusy}
      run={() => void run()}
      close={close}
    />
  )
}

function Below({ domain, reload }: { domain: CustomDomain; reload: () => Promise<void> }) {
  const { route } = useLocation()
  const [isAdding, setAdding] = useState(false)
  const { id, name, state } = domain
  const isTaking = state === 'verified' || state === 'failing'
  const isWild = name.startsWith('*.')
  const records = <Records domain={domain} addWild={isWild ? null : () => setAdding(true)} />
  return (
    <>
      {!isTaking && records}
      <div class="side-by-side mb-4">
        <Takers key={id} domain={domain} changed={reload} />
        {isTaking && !isWild && <Reading domain={domain} />}
      </div>
      {isTaking && records}
      <Doctor key={id} name={name} />
      {isAdding && (
        <Dialog title={say('domains.new')} close={() => setAdding(false)}>
          <AddDomain
            wished={`*.${domain.unicodeName}`}
            have={[]}
            cancel={() => setAdding(false)}
            added={(added) => {
              setAdding(false)
              toast(say('domains.added', { name: added.unicodeName }), 'success')
              route(pathOfDomain(added.name))
            }}
          />
        </Dialog>
      )}
    </>
  )
}
