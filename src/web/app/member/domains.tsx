// The domains of an account.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { facts } from '../facts.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { say as toast } from '../parts/toasts.tsx'
import type { List } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, useLoaded } from './ask.ts'
import { AddDomain } from './domain-form.tsx'
import type { CustomDomain } from './domain-list.ts'
import { LiveNote, Meaning, StateMark, Times } from './domain-state.tsx'
import { askAccount } from './plans.ts'
import { useDomainChanges } from './use-domain-changes.ts'
import { useSeconds } from './use-seconds.ts'
import { Ready, View } from './view.tsx'

export const pathOfDomain = (name: string): string => `/app/domains/${encodeURIComponent(name)}`

export function Domains() {
  const { route } = useLocation()
  const domains = useLoaded((signal) => ask<List<CustomDomain>>('GET', '/domains', { signal }), [])
  const account = useLoaded(askAccount, [])
  const [isAdding, setAdding] = useState(false)
  const line = useDomainChanges(domains.value?.items ?? null, domains.reload)
  useSeconds(5)
  const most = account.value?.limits.customDomains ?? null
  const count = domains.value?.items.length ?? 0
  const isFull = most !== null && count >= most
  const add = (
    <button
      type="button"
      class="btn btn-primary btn-icon"
      disabled={isFull || !account.value || !domains.value}
      onClick={() => setAdding(true)}
    >
      <Icon name="plus" /> {say('domains.new')}
    </button>
  )
  return (
    <View title={say('profile.domains')} actions={add}>
      {() => (
        <>
          <p class="text-body-secondary mb-2">{say('domains.what')}</p>
          {!facts.asksDns && <p class="alert alert-info py-2">{say('domains.by-hand-only')}</p>}
          <Ready of={account}>
            {() => (
              <p class="mb-2">
                {say(most === null ? 'domains.used' : 'domains.used-of', { count, ...(most === null ? {} : { most }) })}
                {isFull && (
                  <>
                    {'. '}
                    {say(most === 0 ? 'domains.none-allowed' : 'domains.full')}{' '}
                    <a href="/app/plan">{say('domains.change-plan')}</a>
                  </>
                )}
              </p>
            )}
          </Ready>
          <LiveNote line={line} />
          <Ready of={domains}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty icon="globe" title={say('domains.none')} text={isFull ? '' : say('domains.none-text')}>
                  {!isFull && (
                    <button type="button" class="btn btn-primary" onClick={() => setAdding(true)}>
                      {say('domains.new')}
                    </button>
                  )}
                </Empty>
              ) : (
                <ul class="rows" aria-label={say('profile.domains')}>
                  {items.map((domain) => (
                    <Row key={domain.id} domain={domain} />
                  ))}
                </ul>
              )
            }
          </Ready>
          {isAdding && (
            <Dialog title={say('domains.new')} close={() => setAdding(false)}>
              <AddDomain
                have={(domains.value?.items ?? []).map(({ name }) => name)}
                cancel={() => setAdding(false)}
                added={({ name, unicodeName }) => {
                  setAdding(false)
                  toast(say('domains.added', { name: unicodeName }), 'success')
                  route(pathOfDomain(name))
                }}
              />
            </Dialog>
          )}
        </>
      )}
    </View>
  )
}

function Row({ domain }: { domain: CustomDomain }) {
  const { name, unicodeName } = domain
  return (
    <li class="row-line">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <a class="row-name" href={pathOfDomain(name)}>
            {unicodeName}
          </a>
          {unicodeName !== name && <span class="small text-body-secondary">{name}</span>}
          <StateMark domain={domain} />
        </div>
        <Meaning domain={domain} isSmall />
        <Times domain={domain} />
      </div>
    </li>
  )
}
