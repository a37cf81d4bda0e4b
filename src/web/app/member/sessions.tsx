// Where one is signed in, and the password.
import { useState } from 'preact/hooks'
import { call, pathOf } from '../api.ts'
import { Confirm } from '../parts/dialog.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { session, took } from '../session.ts'
import type { List, Session } from '../shapes.ts'
import { say } from '../words/words.ts'
import { agentSaid } from './agents.ts'
import { ask, tellOf, useLoaded } from './ask.ts'
import { longestPassword, shortestPassword } from './door.tsx'
import { Form, TextField } from './form.tsx'
import { Moment, Ready, View } from './view.tsx'

type OpenSession = {
  id: string
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  client: string
  agent: string
  current: boolean
}

export function Sessions() {
  const sessions = useLoaded((signal) => ask<List<OpenSession>>('GET', '/sessions', { signal }), [])
  const [isEnding, setEnding] = useState(false)
  const run = async (work: () => Promise<unknown>, said: string): Promise<void> => {
    try {
      await work()
      toast(said, 'success')
    } catch (error) {
      toast(tellOf(error), 'danger')
    }
    await sessions.reload()
  }
  return (
    <View title={say('profile.sessions')}>
      {() => (
        <>
          <Ready of={sessions}>
            {({ items }) => (
              <>
                <ul class="rows" aria-label={say('profile.sessions')}>
                  {items.map(({ id, client, agent, createdAt, lastUsedAt, current }) => (
                    <li key={id} class="row-line">
                      <div class="row-main">
                        <div class="d-flex flex-wrap align-items-center gap-2">
                          <strong class="row-name" title={agent}>
                            {agentSaid(agent) || say('sessions.unknown-agent')}
                          </strong>
                          {current && <span class="mark mark-active">{say('sessions.this')}</span>}
                        </div>
                        <div class="row-notes">
                          <span>{client}</span>
                          <span>
                            {say('sessions.since')} <Moment at={createdAt} />
                          </span>
                          <span>
                            {say('sessions.used')} <Moment at={lastUsedAt} />
                          </span>
                        </div>
                      </div>
                      {!current && (
                        <button
                          type="button"
                          class="btn btn-sm btn-outline-secondary"
                          onClick={() => void run(() => ask('DELETE', pathOf('sessions', id)), say('sessions.ended'))}
                        >
                          {say('sessions.end')}
                        </button>
                      )}
                    </li>
                  ))}
                </ul>
                {items.length > 1 && (
                  <button type="button" class="btn btn-outline-secondary mt-3" onClick={() => setEnding(true)}>
                    {say('sessions.end-others')}
                  </button>
                )}
              </>
            )}
          </Ready>
          <section class="card-plain mt-4 narrow">
            <h2 class="h5">{say('sessions.change-password')}</h2>
            <ChangePassword changed={() => void sessions.reload()} />
          </section>
          {isEnding && (
            <Confirm
              title={say('sessions.end-others')}
              text={say('sessions.end-others-text')}
              action={say('sessions.end-others')}
              run={() => {
                setEnding(false)
                void run(() => ask('DELETE', '/sessions?others=true'), say('sessions.ended-others'))
              }}
              close={() => setEnding(false)}
            />
          )}
        </>
      )}
    </View>
  )
}

function ChangePassword({ changed }: { changed: () => void }) {
  const [present, setPresent] = useState('')
  const [password, setPassword] = useState('')
  const submit = async (): Promise<void> => {
    // A wrong password is answered like no session is; it ends none.
    took(await call<Session>('PATCH', '/session', { body: { present, password } }))
    setPresent('')
    setPassword('')
    toast(say('sessions.password-changed'), 'success')
    changed()
  }
  return (
    <Form
      action={say('sessions.change-password')}
      own={{ 'credential-wrong': 'sessions.wrong-password' }}
      submit={submit}
    >
      {/* For the browser's memory of passwords. */}
      <input type="text" class="d-none" autoComplete="username" readOnly value={session.value?.member.email ?? ''} />
      <TextField
        label={say('sessions.present-password')}
        type="password"
        autoComplete="current-password"
        maxLength={longestPassword}
        required
        value={present}
        change={setPresent}
      />
      <TextField
        label={say('door.new-password')}
        hint={say('sessions.password-hint', { count: shortestPassword })}
        type="password"
        autoComplete="new-password"
        minLength={shortestPassword}
        maxLength={longestPassword}
        required
        value={password}
        change={setPassword}
      />
    </Form>
  )
}
