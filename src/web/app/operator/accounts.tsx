// All accounts: searched, made, and invited to.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pathOf } from '../api.ts'
import { facts } from '../facts.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { ChoiceField, Form, TextField, Tick } from '../member/form.tsx'
import { Once } from '../member/once.tsx'
import { Moment, Ready } from '../member/view.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { WindowList } from '../parts/window-list.tsx'
import type { List } from '../shapes.ts'
import { say } from '../words/words.ts'
import { usePaged } from './paged.ts'
import { Chosen, SearchField, useDoing, useRested } from './parts.tsx'
import { tell } from './words.ts'

export type State = 'active' | 'suspended' | 'lapsed'
type Account = { id: string; owner: string | null; plan: string; state: State; members: number; createdAt: string }
type Invitation = { id: string; plan: string | null; email: string | null; createdAt: string; expiresAt: string }
type Link = { url: string; usable: boolean }

const rowHeight = 68
const states = ['active', 'suspended', 'lapsed'] as const
const planNames = () => facts.plans.map(({ name }) => name)
const plansToChoose = () =>
  planNames()
    .filter((name) => name !== 'anonymous')
    .map((name) => [name, name] as const)

export function Accounts() {
  const { route, query } = useLocation()
  const [typed, setTyped] = useState('')
  const [plan, setPlan] = useState(query['plan'] ?? '')
  const [state, setState] = useState('')
  const [doing, setDoing] = useState<'make' | 'invite' | null>(null)
  const [link, setLink] = useState<Link | null>(null)
  const q = useRested(typed)
  const list = usePaged<Account>('/admin/accounts', { q, plan, state }, 100)
  const invitations = useLoaded((signal) => ask<List<Invitation>>('GET', '/admin/invitations', { signal }), [])
  const { isBusy, attempt } = useDoing()
  const stop = (): void => setDoing(null)
  const isSearch = q !== '' || plan !== '' || state !== ''
  return (
    <>
      {link && (
        <Once
          title={say('team.link-once')}
          text={tell(link.usable ? 'accounts.link-text' : 'accounts.link-unusable')}
          secret={link.url}
          label={say('team.link')}
          close={() => setLink(null)}
        />
      )}
      <div class="toolbar">
        <SearchField label={tell('accounts.search')} value={typed} change={setTyped} />
        <Chosen
          label={tell('accounts.plan')}
          value={plan}
          choices={[['', tell('accounts.every-plan')], ...planNames().map((name) => [name, name] as const)]}
          change={setPlan}
        />
        <Chosen
          label={tell('accounts.state')}
          value={state}
          choices={[
            ['', tell('accounts.every-state')],
            ...states.map((one) => [one, tell(`accounts.${one}`)] as const),
          ]}
          change={setState}
        />
        <button type="button" class="btn btn-primary btn-icon" onClick={() => setDoing('make')}>
          <Icon name="plus" /> {tell('accounts.new')}
        </button>
        <button type="button" class="btn btn-outline-secondary" onClick={() => setDoing('invite')}>
          {say('team.invite')}
        </button>
      </div>
      <Ready of={invitations}>
        {({ items }) =>
          items.length > 0 && (
            <details class="mb-3">
              <summary>{tell('accounts.invitations', { count: items.length })}</summary>
              <ul class="rows mt-2" aria-label={say('team.invitations')}>
                {items.map((one) => (
                  <li key={one.id} class="row-line">
                    <div class="row-main">
                      <span class="row-name text-break">{one.email ?? say('team.anybody')}</span>
                      <div class="row-notes">
                        {one.plan !== null && <span>{one.plan}</span>}
                        <span>
                          {say('team.link-ends')} <Moment at={one.expiresAt} />
                        </span>
                      </div>
                    </div>
                    <button
                      type="button"
                      class="btn btn-sm btn-outline-secondary"
                      disabled={isBusy}
                      onClick={() =>
                        void attempt(async () => {
                          await ask('DELETE', pathOf('admin', 'invitations', one.id))
                          await invitations.reload()
                        }, say('team.taken-back'))
                      }
                    >
                      {say('team.take-back')}
                    </button>
                  </li>
                ))}
              </ul>
            </details>
          )
        }
      </Ready>
      <Ready of={list.loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="person" title={tell('accounts.none')} text={tell('accounts.none-text')}>
              {isSearch && (
                <button
                  type="button"
                  class="btn btn-outline-secondary"
                  onClick={() => {
                    setTyped('')
                    setPlan('')
                    setState('')
                  }}
                >
                  {say('boxes.clear-filter')}
                </button>
              )}
            </Empty>
          ) : (
            <div class="found-rows">
              <WindowList
                items={items}
                keyOf={({ id }) => id}
                rowHeight={rowHeight}
                label={tell('accounts.title')}
                active={-1}
                nearEnd={() => void list.more()}
              >
                {(one) => <AccountRow account={one} />}
              </WindowList>
            </div>
          )
        }
      </Ready>
      {doing === 'make' && (
        <Dialog title={tell('accounts.new')} close={stop}>
          <MakeAccount
            cancel={stop}
            made={(id) => {
              toast(tell('accounts.made'), 'success')
              route(`/app/admin/accounts/${id}`)
            }}
          />
        </Dialog>
      )}
      {doing === 'invite' && (
        <Dialog title={tell('accounts.invite')} close={stop}>
          <Invite
            cancel={stop}
            invited={(made) => {
              stop()
              setLink(made)
              void invitations.reload()
            }}
          />
        </Dialog>
      )}
    </>
  )
}

function AccountRow({ account: { id, owner, plan, state, members, createdAt } }: { account: Account }) {
  return (
    <a class="account-row" href={`/app/admin/accounts/${id}`}>
      <span class="d-flex align-items-center gap-2">
        <span class="row-name text-truncate">{owner ?? tell('accounts.no-owner')}</span>
        {state !== 'active' && <span class={`mark mark-${state}`}>{tell(`accounts.${state}`)}</span>}
      </span>
      <span class="row-notes">
        <span>{plan}</span>
        <span>{tell('accounts.members', { count: members })}</span>
        <span class="d-none d-sm-inline">
          {tell('account.since')} <Moment at={createdAt} />
        </span>
      </span>
    </a>
  )
}

function MakeAccount({ made, cancel }: { made: (id: string) => void; cancel: () => void }) {
  const [email, setEmail] = useState('')
  const [plan, setPlan] = useState('unlimited')
  const [password, setPassword] = useState('')
  const [isAdmin, setAdmin] = useState(false)
  const submit = async (): Promise<void> => {
    const body = { email: email.trim(), plan, admin: isAdmin, ...(password ? { password } : {}) }
    made((await ask<{ id: string }>('POST', '/admin/accounts', { body })).id)
  }
  return (
    <Form action={tell('accounts.make')} submit={submit} cancel={cancel}>
      <TextField
        label={say('door.email')}
        type="email"
        required
        maxLength={254}
        autofocus
        autoComplete="off"
        value={email}
        change={setEmail}
      />
      <ChoiceField label={tell('accounts.plan')} value={plan} change={setPlan} choices={plansToChoose()} />
      <TextField
        label={say('door.password')}
        hint={tell('accounts.password-hint')}
        type="password"
        minLength={8}
        maxLength={128}
        autoComplete="new-password"
        value={password}
        change={setPassword}
      />
      <Tick label={tell('accounts.admin')} hint={tell('accounts.admin-hint')} isOn={isAdmin} change={setAdmin} />
    </Form>
  )
}

function Invite({ invited, cancel }: { invited: (link: Link) => void; cancel: () => void }) {
  const [email, setEmail] = useState('')
  const [plan, setPlan] = useState('')
  const submit = async (): Promise<void> => {
    const body = { ...(plan ? { plan } : {}), ...(email.trim() ? { email: email.trim() } : {}) }
    invited(await ask<Link>('POST', '/admin/invitations', { body }))
  }
  return (
    <Form action={say('team.make-link')} submit={submit} cancel={cancel}>
      <p class="mb-0">{tell('accounts.invite-text')}</p>
      <TextField
        label={say('team.email')}
        hint={say('team.email-hint')}
        type="email"
        maxLength={254}
        autofocus
        autoComplete="off"
        value={email}
        change={setEmail}
      />
      <ChoiceField
        label={tell('accounts.plan')}
        value={plan}
        change={setPlan}
        choices={[['', tell('accounts.usual-plan')], ...plansToChoose()]}
      />
    </Form>
  )
}
