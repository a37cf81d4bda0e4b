// Signing in by e-mail address and password.
import { useState } from 'preact/hooks'
import { facts } from '../facts.ts'
import { say } from '../words/words.ts'
import { Door, enter, ForStrangers, longestPassword } from './door.tsx'
import { Form, TextField } from './form.tsx'

export function SignIn() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  return (
    <ForStrangers>
      <Door title={say('door.sign-in')} text={say('door.sign-in-text')}>
        <Form
          action={say('door.sign-in')}
          own={{ 'credential-wrong': 'door.wrong' }}
          submit={async () => {
            await enter('/session', { email, password })
          }}
        >
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
          <TextField
            label={say('door.password')}
            type="password"
            autoComplete="current-password"
            maxLength={longestPassword}
            required
            value={password}
            change={setPassword}
          />
        </Form>
        <p class="form-text mb-0 mt-3">
          {say('door.forgotten')}{' '}
          {facts.registration === 'open' && <a href="/app/register">{say('door.no-account')}</a>}
          {facts.registration === 'invitation' && say('door.by-invitation')}
        </p>
      </Door>
    </ForStrangers>
  )
}
