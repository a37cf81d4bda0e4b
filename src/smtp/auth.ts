// AUTH PLAIN and LOGIN (RFC 4616, RFC 4954) for clients that insist on them: whatever is given is taken, and not even read.
import { complaints, type Reply } from './replies.ts'

export type AuthStep =
  | { kind: 'done' }
  | { kind: 'refused'; reply: Reply }
  /** `challenge` is base64; the client's next line goes to `next`. */
  | { kind: 'ask'; challenge: string; next: (line: string) => AuthStep }

const done: AuthStep = { kind: 'done' }
const askUser = 'VXNlcm5hbWU6'
const askPassword = 'UGFzc3dvcmQ6'

/** `AUTH mechanism [initial response]`. */
export function beginAuth(line: string): AuthStep {
  const [, mechanism = '', initial, ...more] = line.trim().split(/ +/)
  if (more.length > 0) return { kind: 'refused', reply: complaints.badParameter }
  switch (mechanism.toUpperCase()) {
    case 'PLAIN':
      return initial === undefined ? ask('', () => done) : taken(initial, done)
    case 'LOGIN': {
      const password = ask(askPassword, () => done)
      return initial === undefined ? ask(askUser, () => password) : taken(initial, password)
    }
    default:
      return { kind: 'refused', reply: complaints.authUnknown }
  }
}

const ask = (challenge: string, after: () => AuthStep): AuthStep => ({
  kind: 'ask',
  challenge,
  next: (line) => taken(line.trim(), after()),
})

/** `=` stands for an empty response (RFC 4954 §4). */
function taken(response: string, after: AuthStep): AuthStep {
  if (response === '*') return { kind: 'refused', reply: complaints.authCancelled }
  return /^[A-Za-z0-9+/]*={0,2}$/.test(response) ? after : { kind: 'refused', reply: complaints.authMalformed }
}
