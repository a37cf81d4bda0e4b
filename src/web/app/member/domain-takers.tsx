// Who takes a domain's mail, and where to read it.
import { useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pathOf } from '../api.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { List, Mailbox } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, useLoaded } from './ask.ts'
import { type Access, AccessField } from './domain-form.tsx'
import type { CustomDomain } from './domain-list.ts'
import { Form, TextField } from './form.tsx'

/** Of those that are proposed for a catch-all. */
const mostProposed = 100

export function Takers({ domain, changed }: { domain: CustomDomain; changed: () => Promise<void> }) {
  const [access, setAccess] = useState<Access>(domain.access)
  const [catchAll, setCatchAll] = useState(domain.catchAll ?? '')
  const open = useLoaded((signal) => ask<List<Mailbox>>('GET', `/mailboxes?limit=${mostProposed}`, { signal }), [])
  const list = useId()
  const submit = async (): Promise<void> => {
    const wished = catchAll.trim()
    await ask('PATCH', pathOf('domains', domain.id), { body: { access, catchAll: wished === '' ? null : wished } })
    await changed()
    toast(say('member.saved'), 'success')
  }
  return (
    <section class="card-plain" aria-label={say('domains.who-takes')}>
      <h2 class="h5">{say('domains.who-takes')}</h2>
      <Form action={say('member.save')} own={{ 'mailbox-unknown': 'domains.catch-all-unknown' }} submit={submit}>
        <AccessField value={access} change={setAccess} />
        <TextField
          label={say('domains.catch-all')}
          hint={say('domains.catch-all-hint')}
          maxLength={320}
          autoComplete="off"
          list={list}
          value={catchAll}
          change={setCatchAll}
        />
        <datalist id={list}>
          {(open.value?.items ?? []).map(({ address }) => (
            <option key={address} value={address} />
          ))}
        </datalist>
      </Form>
    </section>
  )
}

export function Reading({ domain: { name, unicodeName, access } }: { domain: CustomDomain }) {
  const { route } = useLocation()
  const [local, setLocal] = useState('')
  const go = async (): Promise<void> => {
    route(`/app/mailboxes/${encodeURIComponent(`${local.trim()}@${name}`)}`)
  }
  return (
    <section class="card-plain" aria-label={say('domains.read')}>
      <h2 class="h5">{say('domains.read')}</h2>
      <p class="text-body-secondary">{say(access === 'private' ? 'domains.read-text' : 'domains.read-claimed')}</p>
      <Form action={say('domains.read-button')} submit={go} mayNot={/[@\s]/.test(local.trim())}>
        <TextField
          label={say('domains.before-at', { name: unicodeName })}
          required
          maxLength={64}
          autoComplete="off"
          value={local}
          change={setLocal}
        />
      </Form>
    </section>
  )
}
