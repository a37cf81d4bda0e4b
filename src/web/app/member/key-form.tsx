// Making a key, and changing all of one but its secret.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { facts, type Limits } from '../facts.ts'
import { say } from '../words/words.ts'
import { ask } from './ask.ts'
import { ChoiceField, Form, LinesField, TextField, TicksField } from './form.tsx'
import type { Key, MadeKey } from './key-list.ts'
import { readDomains, readOrigins } from './lines.ts'
import { nameOfApi, serviceOf, services } from './services.ts'

const dayMs = 86_400_000
const never = 'never'
const same = 'same'
const onDate = 'date'
const allScopes = ['mailboxes', 'domains', 'webhooks', 'team', 'keys'] as const

const own = { 'quota-exceeded': 'keys.no-more' } as const

type Bounds = { scopes: string[] | null; origins: string; domains: string }

export function MakeKey({
  limits,
  made,
  cancel,
}: {
  limits: Limits
  made: (key: MadeKey) => void
  cancel: () => void
}) {
  const [name, setName] = useState('')
  const [api, setApi] = useState(services()[0]?.api ?? '')
  const [days, setDays] = useState(never)
  const [date, setDate] = useState('')
  const [bounds, setBounds] = useState<Bounds>({ scopes: null, origins: '', domains: '' })
  const origins = readOrigins(bounds.origins)
  const domains = readDomains(bounds.domains)
  const submit = async (): Promise<void> => {
    const service = serviceOf(api)
    const body = {
      ...(name.trim() ? { name: name.trim() } : {}),
      prefix: service.prefix,
      dialects: service.api ? [service.api] : [],
      expiresAt: endOf(days, date),
      ...(bounds.scopes === null ? {} : { scopes: bounds.scopes }),
      origins: origins.entries,
      domains: domains.entries,
    }
    made(await ask<MadeKey>('POST', '/keys', { body }))
  }
  return (
    <Form
      action={say('keys.make')}
      own={own}
      submit={submit}
      cancel={cancel}
      mayNot={origins.error !== null || domains.error !== null}
    >
      <TextField
        label={say('keys.name')}
        hint={say('keys.name-hint')}
        maxLength={100}
        required
        autofocus
        autoComplete="off"
        value={name}
        change={setName}
      />
      <ChoiceField
        label={say('keys.service')}
        hint={say('keys.service-hint', { prefix: serviceOf(api).prefix })}
        value={api}
        change={setApi}
        choices={services().map((one) => [one.api, one.name || say('keys.all-apis')] as const)}
      />
      <Expiry days={days} setDays={setDays} date={date} setDate={setDate} first={[never, say('keys.no-expiry')]} />
      <BoundsFields limits={limits} bounds={bounds} change={setBounds} />
    </Form>
  )
}

export function ChangeKey({
  shown,
  limits,
  changed,
  cancel,
}: {
  shown: Key
  limits: Limits
  changed: (key: Key) => void
  cancel: () => void
}) {
  const [name, setName] = useState(shown.name)
  const [dialects, setDialects] = useState<string[]>(shown.dialects)
  const [days, setDays] = useState(same)
  const [date, setDate] = useState('')
  const [bounds, setBounds] = useState<Bounds>({
    scopes: shown.scopes,
    origins: shown.origins.join('\n'),
    domains: shown.domains.join('\n'),
  })
  const origins = readOrigins(bounds.origins)
  const domains = readDomains(bounds.domains)
  const submit = async (): Promise<void> => {
    const body = {
      name: name.trim(),
      dialects,
      ...(days === same ? {} : { expiresAt: endOf(days, date) }),
      ...(String(bounds.scopes) === String(shown.scopes) ? {} : { scopes: bounds.scopes }),
      origins: origins.entries,
      domains: domains.entries,
    }
    changed(await ask<Key>('PATCH', pathOf('keys', shown.id), { body }))
  }
  // One that is switched off may still be the key's.
  const apis = [...new Set([...facts.apis, ...shown.dialects])]
  return (
    <Form
      action={say('member.save')}
      own={own}
      submit={submit}
      cancel={cancel}
      mayNot={origins.error !== null || domains.error !== null}
    >
      <TextField label={say('keys.name')} maxLength={100} required autofocus value={name} change={setName} />
      <TicksField
        label={say('keys.apis')}
        hint={say('keys.apis-hint')}
        chosen={dialects}
        change={setDialects}
        choices={apis.map((api) => [api, nameOfApi(api)] as const)}
      />
      <Expiry
        days={days}
        setDays={setDays}
        date={date}
        setDate={setDate}
        first={[same, say('keys.same-expiry')]}
        mayEndNever
      />
      <BoundsFields limits={limits} bounds={bounds} change={setBounds} />
    </Form>
  )
}

function Expiry({
  days,
  setDays,
  date,
  setDate,
  first,
  mayEndNever = false,
}: {
  days: string
  setDays: (days: string) => void
  date: string
  setDate: (date: string) => void
  first: [value: string, text: string]
  mayEndNever?: boolean
}) {
  const spans = [7, 30, 90, 365].map((count): [string, string] => [String(count), say('keys.days', { count })])
  return (
    <>
      <ChoiceField
        label={say('keys.expiry')}
        value={days}
        change={setDays}
        choices={[
          first,
          ...(mayEndNever ? [[never, say('keys.no-expiry')] as const] : []),
          ...spans,
          [onDate, say('keys.on-date')],
        ]}
      />
      {days === onDate && (
        <TextField
          label={say('keys.date')}
          type="date"
          required
          min={new Date(Date.now() + dayMs).toISOString().slice(0, 10)}
          value={date}
          change={setDate}
        />
      )}
    </>
  )
}

function BoundsFields({
  limits: { keyScopes },
  bounds,
  change,
}: {
  limits: Limits
  bounds: Bounds
  change: (bounds: Bounds) => void
}) {
  const scopes = allScopes.filter((scope) => keyScopes === null || keyScopes.includes(scope))
  return (
    <>
      <LinesField
        label={say('keys.origins')}
        hint={say('keys.origins-hint')}
        placeholder={'example.com\n*.example.com\nlocalhost:3000'}
        value={bounds.origins}
        error={readOrigins(bounds.origins).error}
        change={(origins) => change({ ...bounds, origins })}
      />
      {scopes.length > 1 && (
        <>
          <ChoiceField
            label={say('keys.scopes')}
            value={bounds.scopes === null ? 'all' : 'some'}
            change={(value) => change({ ...bounds, scopes: value === 'all' ? null : ['mailboxes'] })}
            choices={[
              ['all', say('keys.all-scopes')],
              ['some', say('keys.some-scopes')],
            ]}
          />
          {bounds.scopes !== null && (
            <TicksField
              label={say('keys.scopes-some')}
              chosen={bounds.scopes}
              change={(scopes) => change({ ...bounds, scopes })}
              choices={scopes.map((scope) => [scope, say(`scope.${scope}`)] as const)}
            />
          )}
        </>
      )}
      <LinesField
        label={say('keys.domains')}
        hint={say('keys.domains-hint', {
          domains: facts.domains
            .map(({ name }) => name)
            .slice(0, 5)
            .join(', '),
        })}
        value={bounds.domains}
        error={readDomains(bounds.domains).error}
        change={(domains) => change({ ...bounds, domains })}
      />
    </>
  )
}

function endOf(days: string, date: string): string | null {
  if (days === never) return null
  // The whole of that day, where the reader is.
  if (days === onDate) return new Date(`${date}T23:59:59`).toISOString()
  return new Date(Date.now() + Number(days) * dayMs).toISOString()
}
