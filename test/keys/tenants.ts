// Tenants for tests: accounts with keys, and those who sign in to them.
import { type AccountCaller, operator } from '../../src/accounts/caller.ts'
import type { KeyWish, MadeKey, Use } from '../../src/keys/service.ts'
import type { TestCore } from '../core.ts'

type Knows = Pick<TestCore, 'accounts' | 'links' | 'keys'>

export const from: Use = { dialect: 'native', client: '192.0.2.1', origin: null, referer: null, host: 'localhost' }

export type Tenant = { id: string; email: string; owner: AccountCaller; secret: string; keyId: string }

let made = 0

/** An account on a plan, its owner as if signed in, and a key made for him. */
export async function tenant(core: Knows, plan = 'unlimited', wish: KeyWish = {}): Promise<Tenant> {
  const email = `owner${++made}@tenant.test`
  const { account, member } = await core.accounts.create(operator, { email, plan })
  const { key, secret } = await core.keys.createFor(operator, email, wish)
  return { id: account.id, email, owner: signedIn(account, member), secret, keyId: key.id }
}

export const signedIn = (account: AccountCaller['account'], member: AccountCaller['member']): AccountCaller => ({
  kind: 'account',
  account,
  member,
  key: null,
  sessionId: 'a session',
  client: '192.0.2.1',
})

/** Another one who joined the account, with a key of his own. */
export async function joined(
  core: Knows,
  { owner }: Pick<Tenant, 'owner'>,
  email: string,
): Promise<{ caller: AccountCaller; made: MadeKey }> {
  const { token } = await core.links.invite(owner, {})
  const visitor = { client: '192.0.2.2', agent: 'a test' }
  const { caller } = await core.links.accept(visitor, token, { email, password: 'open sesame' })
  return { caller, made: await core.keys.create(caller, {}) }
}

/** The reason of a refusal; null where there was none. */
export const refusal = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error) => (error instanceof Error ? error.message : String(error)),
  )
