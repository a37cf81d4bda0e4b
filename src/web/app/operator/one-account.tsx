// One account: what it has and used, and what the operator may do to it.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pathOf } from '../api.ts'
import { facts, type Limits } from '../facts.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { ChoiceField, Form, TextField } from '../member/form.tsx'
import { type Key, marksOf } from '../member/key-list.ts'
import { Once } from '../member/once.tsx'
import type { Used } from '../member/plans.ts'
import { Moment, Ready } from '../member/view.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { session } from '../session.ts'
import type { List, Member } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import type { State } from './accounts.tsx'
import { usePaged } from './paged.ts'
import { Figures, More, useDoing } from './parts.tsx'
import type { Sum } from './totals.ts'
import { byLabel } from './totals.ts'
import { tell } from './words.ts'

type Account = {
  id: string
  owner: string | null
  plan: string
  state: State
  createdAt: string
  limits: Limits
  used: Used
}
type Mate = Member & { createdAt: string; lastSignInAt: string | null }
type Domain = { id: string; unicodeName: string; state: 'pending' | 'verified' | 'failing' | 'lapsed' }

export function OneAccount({ id = '' }: { id: string | undefined }) {
  const path = pathOf('admin', 'accounts', id)
  const account = useLoaded((signal) => ask<Account>('GET', path, { signal }), [path])
  return (
    <>
      <p>
        <a href="/app/admin/accounts">← {tell('account.back')}</a>
      </p>
      <Ready of={account}>
        {(one) => (
          <>
            <Head account={one} path={path} reload={account.reload} />
            <Numbers account={one} />
            <Days path={path} />
            <Members path={path} />
            <Keys path={path} />
            <Domains path={path} />
          </>
        )}
      </Ready>
    </>
  )
}

type Doing = 'plan' | 'suspend' | 'delete'

function Head({
  account: { id, owner, plan, state, createdAt },
  path,
  reload,
}: {
  account: Account
  path: string
  reload: () => Promise<void>
}) {
  const { route } = useLocation()
  const [doing, setDoing] = useState<Doing | null>(null)
  const { isBusy, attempt } = useDoing()
  const stop = (): void => setDoing(null)
  const isOwn = session.value?.account.id === id
  const name = owner ?? id
  const suspend = (suspended: boolean): Promise<void> =>
    attempt(
      async () => {
        await ask('PATCH', path, { body: { suspended } })
        stop()
        await reload()
      },
      tell(suspended ? 'account.is-suspended' : 'account.is-resumed'),
    )
  return (
    <section class="card-plain" aria-label={tell('account.title')}>
      <div class="d-flex flex-wrap align-items-center gap-2">
        <h2 class="h5 mb-0 text-break">{name}</h2>
        <span class={`mark mark-${state}`}>{tell(`accounts.${state}`)}</span>
      </div>
      <div class="row-notes mb-3">
        <span>{tell('account.on-plan', { plan })}</span>
        <span>
          {tell('account.since')} <Moment at={createdAt} />
        </span>
        <code class="text-break">{id}</code>
      </div>
      {state === 'lapsed' && <p>{tell('account.lapsed-text')}</p>}
      <div class="d-flex flex-wrap gap-2">
        <button type="button" class="btn btn-outline-secondary" onClick={() => setDoing('plan')}>
          {tell('account.change-plan')}
        </button>
        {state === 'suspended' ? (
          <button type="button" class="btn btn-outline-secondary" disabled={isBusy} onClick={() => void suspend(false)}>
            {tell('account.resume')}
          </button>
        ) : (
          !isOwn && (
            <button type="button" class="btn btn-outline-secondary" onClick={() => setDoing('suspend')}>
              {tell('account.suspend')}
            </button>
          )
        )}
        <a class="btn btn-outline-secondary" href={`/app/admin/audit?account=${id}`}>
          {tell('audit.title')}
        </a>
        {!isOwn && (
          <button
            type="button"
            class="btn btn-outline-secondary text-danger-emphasis"
            onClick={() => setDoing('delete')}
          >
            {say('member.delete')}
          </button>
        )}
      </div>
      {isOwn && <p class="form-text mb-0 mt-2">{tell('account.own')}</p>}
      {doing === 'plan' && (
        <Dialog title={tell('account.change-plan')} close={stop}>
          <ChangePlan
            plan={plan}
            path={path}
            cancel={stop}
            changed={() => {
              stop()
              toast(say('member.saved'), 'success')
              void reload()
            }}
          />
        </Dialog>
      )}
      {doing === 'suspend' && (
        <Confirm
          title={tell('account.suspend-title', { name })}
          text={tell('account.suspend-text')}
          action={tell('account.suspend')}
          isBusy={isBusy}
          run={() => void suspend(true)}
          close={stop}
        />
      )}
      {doing === 'delete' && (
        <Dialog title={tell('account.delete-title', { name })} close={stop}>
          <Delete
            name={name}
            path={path}
            cancel={stop}
            deleted={() => {
              toast(tell('account.deleted', { name }), 'success')
              route('/app/admin/accounts')
            }}
          />
        </Dialog>
      )}
    </section>
  )
}

function ChangePlan({
  plan,
  path,
  changed,
  cancel,
}: {
  plan: string
  path: string
  changed: () => void
  cancel: () => void
}) {
  const [wished, setWished] = useState(plan)
  const names = [...new Set([plan, ...facts.plans.map(({ name }) => name)])].filter((name) => name !== 'anonymous')
  const submit = async (): Promise<void> => {
    await ask('PATCH', path, { body: { plan: wished } })
    changed()
  }
  return (
    <Form action={say('member.save')} submit={submit} cancel={cancel} mayNot={wished === plan}>
      <p class="mb-0">{tell('account.plan-text')}</p>
      <ChoiceField
        label={tell('accounts.plan')}
        value={wished}
        change={setWished}
        choices={names.map((name) => [name, name] as const)}
      />
    </Form>
  )
}

/** Its name is typed, since nothing brings it back. */
function Delete({
  name,
  path,
  deleted,
  cancel,
}: {
  name: string
  path: string
  deleted: () => void
  cancel: () => void
}) {
  const [typed, setTyped] = useState('')
  const submit = async (): Promise<void> => {
    await ask('DELETE', path)
    deleted()
  }
  return (
    <Form action={tell('account.delete')} submit={submit} cancel={cancel} mayNot={typed.trim() !== name}>
      <p class="mb-0">{tell('account.delete-text')}</p>
      <TextField
        label={tell('account.delete-type', { name })}
        autoComplete="off"
        autofocus
        maxLength={254}
        value={typed}
        change={setTyped}
      />
    </Form>
  )
}

function Numbers({ account: { used, limits } }: { account: Account }) {
  const count = (value: number, most: number | null): string =>
    most === null ? say('member.number', { count: value }) : say('member.of', { count: value, most })
  return (
    <section aria-label={say('plan.used')}>
      <h2 class="h5">{say('plan.used')}</h2>
      <Figures
        of={[
          [say('plan.minute'), count(used.requestsThisMinute, limits.burst ?? limits.requestsPerMinute)],
          [say('plan.day'), count(used.requestsToday, limits.requestsPerDay)],
          [say('plan.month'), count(used.requestsThisMonth, limits.requestsPerMonth)],
          [say('plan.inboxes'), count(used.inboxesToday, limits.inboxesPerDay)],
          [say('plan.active'), count(used.activeMailboxes, limits.activeMailboxes)],
          [say('plan.archived'), count(used.archivedMailboxes, limits.archivedMailboxes)],
          [
            say('plan.bytes'),
            limits.accountBytes === null
              ? bytes(used.bytes)
              : `${bytes(used.bytes)} ${say('plan.of', { most: bytes(limits.accountBytes) })}`,
          ],
        ]}
      />
    </section>
  )
}

const monthMs = 30 * 86_400_000

/** Of the last thirty days. */
function Days({ path }: { path: string }) {
  const usage = useLoaded((signal) => ask<List<Sum>>('GET', `${path}/usage?span=day`, { signal }), [path])
  return (
    <section aria-label={tell('account.days')}>
      <h2 class="h5">{tell('account.days')}</h2>
      <Ready of={usage}>
        {({ items }) => {
          const recent = items.filter(({ from }) => Date.now() - Date.parse(from) < monthMs)
          const sum = (what: string): number => byLabel(recent, what).reduce((total, { value }) => total + value, 0)
          const number = (what: string): string => say('member.number', { count: sum(what) })
          return (
            <Figures
              of={[
                [tell('analytics.requests'), number('requests')],
                [tell('analytics.refused-requests'), number('refused-requests')],
                [tell('analytics.inboxes'), number('inboxes')],
                [tell('analytics.mails'), number('mails')],
                [tell('analytics.refused-mails'), number('refused-mails')],
                [tell('analytics.bytes'), bytes(sum('bytes'))],
              ]}
            />
          )
        }}
      </Ready>
    </section>
  )
}

function Members({ path }: { path: string }) {
  const members = useLoaded((signal) => ask<List<Mate>>('GET', `${path}/members`, { signal }), [path])
  const [link, setLink] = useState<string | null>(null)
  const { isBusy, attempt } = useDoing()
  return (
    <section aria-label={say('profile.members')}>
      <h2 class="h5">{say('profile.members')}</h2>
      {link !== null && (
        <Once
          title={say('team.password-once')}
          text={say('team.link-once-text')}
          secret={link}
          label={say('team.link')}
          close={() => setLink(null)}
        />
      )}
      <Ready of={members}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="text-body-secondary">{tell('account.no-members')}</p>
          ) : (
            <ul class="rows" aria-label={say('profile.members')}>
              {items.map((one) => (
                <li key={one.id} class="row-line flex-wrap">
                  <div class="row-main">
                    <span class="row-name text-break">{one.email}</span>
                    <div class="row-notes">
                      <span>{say(one.role === 'owner' ? 'team.owner' : 'team.member')}</span>
                      {one.admin && <span>{say('team.admin')}</span>}
                      <span>
                        {say('team.last-in')} <Moment at={one.lastSignInAt} />
                      </span>
                    </div>
                  </div>
                  <button
                    type="button"
                    class="btn btn-sm btn-outline-secondary"
                    disabled={isBusy}
                    onClick={() =>
                      void attempt(async () => {
                        const made = await ask<{ url: string }>('POST', `${pathOf('members', one.id)}/password-link`)
                        setLink(made.url)
                      })
                    }
                  >
                    {say('team.password-link')}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
    </section>
  )
}

function Keys({ path }: { path: string }) {
  const list = usePaged<Key>(`${path}/keys`)
  return (
    <section aria-label={say('profile.keys')}>
      <h2 class="h5">{say('profile.keys')}</h2>
      <Ready of={list.loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="text-body-secondary">{tell('account.no-keys')}</p>
          ) : (
            <ul class="rows" aria-label={say('profile.keys')}>
              {items.map((key) => (
                <li key={key.id} class="row-line">
                  <div class="row-main">
                    <div class="d-flex flex-wrap align-items-center gap-2">
                      <span class="row-name text-break">{key.name}</span>
                      {marksOf(key).map((mark) => (
                        <span key={mark} class={`mark mark-${mark}`}>
                          {say(`keys.mark-${mark}`)}
                        </span>
                      ))}
                    </div>
                    <div class="row-notes">
                      <code class="key-text text-break">
                        {key.prefix}
                        {key.start}…{key.end}
                      </code>
                      {key.maker !== '' && <span class="text-break">{key.maker}</span>}
                      <span>{tell('account.calls', { count: key.requests })}</span>
                      <span>
                        {tell('account.last-used')} <Moment at={key.lastUsedAt} />
                      </span>
                    </div>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
      <More list={list} />
    </section>
  )
}

function Domains({ path }: { path: string }) {
  const domains = useLoaded((signal) => ask<List<Domain>>('GET', `${path}/domains`, { signal }), [path])
  return (
    <section aria-label={say('profile.domains')}>
      <h2 class="h5">{say('profile.domains')}</h2>
      <Ready of={domains}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="text-body-secondary">{tell('account.no-domains')}</p>
          ) : (
            <ul class="rows" aria-label={say('profile.domains')}>
              {items.map(({ id, unicodeName, state }) => (
                <li key={id} class="row-line">
                  <a class="row-name text-break me-auto" href="/app/admin/domains">
                    {unicodeName}
                  </a>
                  <span class={`mark mark-${state === 'lapsed' ? 'expired' : state}`}>{tell(`domains.${state}`)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
    </section>
  )
}
