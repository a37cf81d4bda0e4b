// Behind one-time links: an invitation (the first of a new server makes its operator), and a new password.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { say as toast } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import { Door, enter, longestPassword, shortestPassword } from './door.tsx'
import { Form, TextField } from './form.tsx'
import { secret, usedSecret } from './secret.ts'

export function TakeInvitation() {
  return <LinkView kind="invitation" />
}

export function NewPassword() {
  return <LinkView kind="password" />
}

function LinkView({ kind }: { kind: 'invitation' | 'password' }) {
  const { route } = useLocation()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const isInvitation = kind === 'invitation'
  const isUsed = useRef(false)
  // Not before this view is gone: until then it would say that the link is not whole.
  useEffect(
    () => () => {
      if (isUsed.current) usedSecret()
    },
    [],
  )
  const title = say(isInvitation ? 'door.invitation' : 'door.set-password')
  if (secret.value === '')
    return (
      <Door title={title} text={say('door.not-whole')}>
        {null}
      </Door>
    )

  const submit = async (): Promise<void> => {
    const token = secret.value
    if (isInvitation) await enter('/invitations/accept', { token, email, password })
    else await enter('/session/reset', { token, password })
    isUsed.current = true
    if (isInvitation) return route('/app/welcome', true)
    toast(say('door.password-set'), 'success')
    route('/app/mailboxes', true)
  }
  return (
    <Door title={title} text={say(isInvitation ? 'door.invitation-text' : 'door.set-password-text')}>
      <Form
        action={say(isInvitation ? 'door.make-account' : 'door.set-password-button')}
        own={{ 'invitation-unknown': isInvitation ? 'door.invitation-gone' : 'door.password-link-gone' }}
        submit={submit}
      >
        {isInvitation && (
          <TextField
            label={say('door.email')}
            type="email"
            autoComplete="username"
            maxLength={254}
            required
            autofocus
            value={email}
            change={setEmail}
          />
        )}
        <TextField
          label={say('door.new-password')}
          hint={say('door.password-hint', { count: shortestPassword })}
          type="password"
          autoComplete="new-password"
          minLength={shortestPassword}
          maxLength={longestPassword}
          required
          autofocus={!isInvitation}
          value={password}
          change={setPassword}
        />
      </Form>
    </Door>
  )
}
