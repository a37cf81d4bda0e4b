// Who belongs to the account, and who is invited to it.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { leave, session } from '../session.ts'
import type { List, Member } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, askAll, tellOf, useLoaded } from './ask.ts'
import { ChoiceField, Form, TextField, TicksField } from './form.tsx'
import { isOver, type Key } from './key-list.ts'
import { Once } from './once.tsx'
import { Moment, Ready, View } from './view.tsx'

type Mate = Member & { createdAt: string; lastSignInAt: string | null }
type Invitation = {
  id: string
  role: Member['role'] | null
  email: string | null
  createdAt: string
  expiresAt: string
}
type Link = { id: string; url: string; expiresAt: string }
type Shown = { link: Link; kind: 'invitation' | 'password' }

const own = { 'last-owner': 'team.last-owner', forbidden: 'team.forbidden', 'quota-exceeded': 'team.full' } as const

export function Team() {
  const isOwner = session.value?.member.role === 'owner'
  const members = useLoaded((signal) => ask<List<Mate>>('GET', '/members', { signal }), [])
  const invitations = useLoaded(
    async (signal) => (isOwner ? ask<List<Invitation>>('GET', '/invitations', { signal }) : { items: [], next: null }),
    [isOwner],
  )
  const [isInviting, setInviting] = useState(false)
  const [shown, setShown] = useState<Shown | null>(null)
  const [removing, setRemoving] = useState<Mate | null>(null)
  const [handing, setHanding] = useState<Mate | null>(null)

  const run = async (work: () => Promise<unknown>, said?: string): Promise<void> => {
    try {
      await work()
      if (said !== undefined) toast(said, 'success')
      await Promise.all([members.reload(), invitations.reload()])
    } catch (error) {
      toast(tellOf(error, own), 'danger')
    }
  }
  const setRole = (one: Mate, role: Member['role']) => {
    setHanding(null)
    return run(() => ask('PATCH', pathOf('members', one.id), { body: { role } }), say('member.saved'))
  }
  const invite = isOwner && (
    <button type="button" class="btn btn-primary btn-icon" onClick={() => setInviting(true)}>
      <Icon name="plus" /> {say('team.invite')}
    </button>
  )
  return (
    <View title={say('profile.members')} actions={invite}>
      {({ member: self }) => (
        <>
          <p class="text-body-secondary">{say(isOwner ? 'team.what' : 'team.what-member')}</p>
          {shown && (
            <Once
              title={say(shown.kind === 'invitation' ? 'team.link-once' : 'team.password-once')}
              text={say('team.link-once-text')}
              secret={shown.link.url}
              label={say('team.link')}
              close={() => setShown(null)}
            />
          )}
          <Ready of={members}>
            {({ items }) => (
              <ul class="rows" aria-label={say('profile.members')}>
                {items.map((one) => (
                  <li key={one.id} class="row-line">
                    <div class="row-main">
                      <div class="d-flex flex-wrap align-items-center gap-2">
                        <strong class="row-name">{one.email}</strong>
                        <span class="tag">{say(one.role === 'owner' ? 'team.owner' : 'team.member')}</span>
                        {one.admin && <span class="tag">{say('team.admin')}</span>}
                        {one.id === self.id && <span class="tag">{say('team.you')}</span>}
                      </div>
                      <div class="row-notes">
                        <span>
                          {one.lastSignInAt === null ? (
                            say('team.never-in')
                          ) : (
                            <>
                              {say('team.last-in')} <Moment at={one.lastSignInAt} />
                            </>
                          )}
                        </span>
                      </div>
                    </div>
                    {(isOwner || one.id === self.id) && (
                      <Menu label={say('team.actions', { email: one.email })} icon="more">
                        {[
                          ...(isOwner && one.role === 'member'
                            ? [{ text: say('team.make-owner'), choose: () => setHanding(one) }]
                            : []),
                          ...(isOwner && one.role === 'owner'
                            ? [{ text: say('team.make-member'), choose: () => void setRole(one, 'member') }]
                            : []),
                          ...(isOwner
                            ? [
                                {
                                  text: say('team.password-link'),
                                  choose: () =>
                                    void run(async () => {
                                      const link = await ask<Link>('POST', `${pathOf('members', one.id)}/password-link`)
                                      setShown({ link, kind: 'password' })
                                    }),
                                },
                              ]
                            : []),
                          {
                            text: say(one.id === self.id ? 'team.leave' : 'team.remove'),
                            choose: () => setRemoving(one),
                            isDanger: true,
                          },
                        ]}
                      </Menu>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </Ready>
          {isOwner && (
            <>
              <h2 class="h5 mt-4">{say('team.invitations')}</h2>
              <Ready of={invitations}>
                {({ items }) =>
                  items.length === 0 ? (
                    <Empty icon="person" title={say('team.none-invited')} text={say('team.none-invited-text')} />
                  ) : (
                    <ul class="rows" aria-label={say('team.invitations')}>
                      {items.map((one) => (
                        <li key={one.id} class="row-line">
                          <div class="row-main">
                            <strong class="row-name">{one.email ?? say('team.anybody')}</strong>
                            <div class="row-notes">
                              <span>{say(one.role === 'owner' ? 'team.owner' : 'team.member')}</span>
                              <span>
                                {say('team.link-ends')} <Moment at={one.expiresAt} />
                              </span>
                            </div>
                          </div>
                          <button
                            type="button"
                            class="btn btn-sm btn-outline-secondary"
                            onClick={() =>
                              void run(() => ask('DELETE', pathOf('invitations', one.id)), say('team.taken-back'))
                            }
                          >
                            {say('team.take-back')}
                          </button>
                        </li>
                      ))}
                    </ul>
                  )
                }
              </Ready>
            </>
          )}
          {isInviting && (
            <Dialog title={say('team.invite')} close={() => setInviting(false)}>
              <Invite
                cancel={() => setInviting(false)}
                invited={(link) => {
                  setInviting(false)
                  setShown({ link, kind: 'invitation' })
                  void invitations.reload()
                }}
              />
            </Dialog>
          )}
          {handing && (
            <Confirm
              title={say('team.make-owner-title', { email: handing.email })}
              text={say('team.make-owner-text')}
              action={say('team.make-owner')}
              run={() => void setRole(handing, 'owner')}
              close={() => setHanding(null)}
            />
          )}
          {removing && (
            <Dialog
              title={say(removing.id === self.id ? 'team.leave-title' : 'team.remove-title', { email: removing.email })}
              close={() => setRemoving(null)}
            >
              <Remove
                mate={removing}
                isSelf={removing.id === self.id}
                cancel={() => setRemoving(null)}
                removed={() => {
                  setRemoving(null)
                  if (removing.id === self.id) leave()
                  else void run(async () => {}, say('team.removed', { email: removing.email }))
                }}
              />
            </Dialog>
          )}
        </>
      )}
    </View>
  )
}

function Invite({ invited, cancel }: { invited: (link: Link) => void; cancel: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState('member')
  const submit = async (): Promise<void> => {
    const body = { role, ...(email.trim() ? { email: email.trim() } : {}) }
    invited(await ask<Link>('POST', '/invitations', { body }))
  }
  return (
    <Form action={say('team.make-link')} own={own} submit={submit} cancel={cancel}>
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
        label={say('team.role')}
        value={role}
        change={setRole}
        choices={[
          ['member', say('team.role-member')],
          ['owner', say('team.role-owner')],
        ]}
      />
    </Form>
  )
}

/** With those of the keys that this member made which are to end, too. */
function Remove({
  mate,
  isSelf,
  removed,
  cancel,
}: {
  mate: Mate
  isSelf: boolean
  removed: () => void
  cancel: () => void
}) {
  const keys = useLoaded(
    async (signal) => (await askAll<Key>('/keys', signal)).filter((key) => key.maker === mate.email && !isOver(key)),
    [mate.id],
  )
  const [revoke, setRevoke] = useState<string[]>([])
  const submit = async (): Promise<void> => {
    await ask('DELETE', pathOf('members', mate.id), { body: { revokeKeys: revoke } })
    removed()
  }
  return (
    <Form action={say(isSelf ? 'team.leave' : 'team.remove')} own={own} submit={submit} cancel={cancel}>
      <p class="mb-0">{say(isSelf ? 'team.leave-text' : 'team.remove-text')}</p>
      <Ready of={keys}>
        {(made) =>
          made.length > 0 && (
            <TicksField
              label={say('team.revoke-keys')}
              hint={say('team.revoke-keys-hint')}
              chosen={revoke}
              change={setRevoke}
              choices={made.map(
                ({ id, name, prefix, start, end }) => [id, `${name} (${prefix}${start}…${end})`] as const,
              )}
            />
          )
        }
      </Ready>
    </Form>
  )
}
