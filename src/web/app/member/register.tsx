// Making an account, where the operator lets anybody do so.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { facts } from '../facts.ts'
import { say } from '../words/words.ts'
import { Door, enter, ForStrangers, longestPassword, shortestPassword } from './door.tsx'
import { Form, TextField } from './form.tsx'
import { wished } from './view.tsx'

export function Register() {
  const { route } = useLocation()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const isOpen = facts.registration === 'open'
  return (
    <ForStrangers>
      <Door title={say('door.register')} text={say(isOpen ? 'door.register-text' : 'door.registration-closed')}>
        {isOpen && (
          <Form
            action={say('door.make-account')}
            submit={async () => {
              wished.value = '/app/welcome'
              await enter('/accounts', { email, password })
              route('/app/welcome', true)
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
              label={say('door.new-password')}
              hint={say('door.password-hint', { count: shortestPassword })}
              type="password"
              autoComplete="new-password"
              minLength={shortestPassword}
              maxLength={longestPassword}
              required
              value={password}
              change={setPassword}
            />
          </Form>
        )}
        <p class="form-text mb-0 mt-3">
          <a href="/app/sign-in">{say('door.have-account')}</a>
        </p>
      </Door>
    </ForStrangers>
  )
}
