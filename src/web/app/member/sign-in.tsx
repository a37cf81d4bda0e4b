// Signing in by e-mail address and password.
import { say } from '../words/words.ts'

export function SignIn() {
  return <h1>{say('frame.sign-in')}</h1>
}
