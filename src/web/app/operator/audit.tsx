// Who did what, searched by who, what, whose and when.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { TextField } from '../member/form.tsx'
import { Moment, Ready } from '../member/view.tsx'
import { Empty } from '../parts/empty.tsx'
import { fullTime } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { usePaged } from './paged.ts'
import { Chosen, More, SearchField, useRested } from './parts.tsx'
import { tell } from './words.ts'

type Deed = {
  at: string
  by: 'member' | 'key' | 'command' | 'link' | 'server' | 'stranger'
  actor: string
  client: string
  what: string
  target: string
  accountId: string | null
  detail: Record<string, unknown>
}

/** How what was done begins. */
const areas = [
  'account',
  'member',
  'link',
  'session',
  'password',
  'key',
  'mailbox',
  'message',
  'domain',
  'webhook',
  'invoice',
  'block',
  'settings',
] as const

const dayMs = 86_400_000

/** The beginning of a day that was chosen, as the reader's clock has it; so many days later. */
function instantOf(date: string, daysLater = 0): string {
  if (date === '') return ''
  const [year = Number.NaN, month = 1, day = 1] = date.split('-').map(Number)
  const at = new Date(year, month - 1, day + daysLater)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}

export function Audit() {
  const { query, route } = useLocation()
  const [typed, setTyped] = useState('')
  const [what, setWhat] = useState('')
  const [since, setSince] = useState('')
  const [until, setUntil] = useState('')
  const actor = useRested(typed)
  const account = query['account'] ?? ''
  const list = usePaged<Deed>('/admin/audit', {
    actor,
    what,
    account,
    since: instantOf(since),
    until: instantOf(until, 1),
  })
  const today = new Date(Date.now() + dayMs).toISOString().slice(0, 10)
  const isSearch = [actor, what, account, since, until].some((one) => one !== '')
  const clear = (): void => {
    setTyped('')
    setWhat('')
    setSince('')
    setUntil('')
    if (account) route('/app/admin/audit')
  }
  return (
    <>
      <p class="text-body-secondary">{tell('audit.what')}</p>
      <div class="toolbar align-items-end">
        <SearchField label={tell('audit.actor')} value={typed} change={setTyped} />
        <Chosen
          label={tell('audit.area')}
          value={what}
          choices={[['', tell('audit.everything')], ...areas.map((one) => [one, tell(`audit.${one}`)] as const)]}
          change={setWhat}
        />
        <TextField label={tell('audit.since')} type="date" max={today} value={since} change={setSince} />
        <TextField label={tell('audit.until')} type="date" max={today} value={until} change={setUntil} />
        {isSearch && (
          <button type="button" class="btn btn-outline-secondary" onClick={clear}>
            {say('boxes.clear-filter')}
          </button>
        )}
      </div>
      {account !== '' && (
        <p>
          {tell('audit.of-account')} <a href={`/app/admin/accounts/${account}`}>{account}</a>
        </p>
      )}
      <Ready of={list.loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="search" title={tell('audit.none')} text={tell('audit.none-text')} />
          ) : (
            <ul class="rows" aria-label={tell('audit.title')}>
              {items.map((deed, at) => (
                <DeedRow key={`${deed.at} ${at}`} deed={deed} />
              ))}
            </ul>
          )
        }
      </Ready>
      <More list={list} />
    </>
  )
}

function DeedRow({ deed: { at, by, actor, client, what, target, accountId, detail } }: { deed: Deed }) {
  const more = Object.entries(detail).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${shown(name, value)}`],
  )
  return (
    <li class="row-line">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <code class="row-name">{what}</code>
          <span class="tag">{tell(`audit.by-${by}`)}</span>
          <span class="text-break">{actor}</span>
        </div>
        <div class="row-notes">
          <Moment at={at} />
          {client !== '' && <span class="text-break">{client}</span>}
          {target !== '' && <span class="text-break">{target}</span>}
          {accountId !== null && accountId !== target && (
            <a href={`/app/admin/accounts/${accountId}`}>{tell('account.title')}</a>
          )}
          {more.length > 0 && <span class="deed-detail">{more.join(', ')}</span>}
        </div>
      </div>
    </li>
  )
}

const shown = (name: string, value: unknown): string => {
  if (typeof value === 'string') return value
  const isMoment = typeof value === 'number' && /(?:until|at)$/i.test(name)
  return isMoment ? fullTime(value) : JSON.stringify(value)
}
