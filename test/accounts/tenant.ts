// An account with an owner and a key, for tests of what is an account's own.
import type { Account, Member } from '../../src/accounts/account.ts'
import { type AccountCaller, operator } from '../../src/accounts/caller.ts'
import type { KeyWish } from '../../src/keys/service.ts'
import type { TestCore } from '../core.ts'

export type Tenant = {
  account: Account
  /** Its owner. */
  member: Member
  /** As whom the key calls, where it may. */
  caller: AccountCaller
  /** The key, as it is sent. */
  secret: string
}

let tenants = 0

/** `plan`: "unlimited" unless said otherwise. `key`: its bounds, if it has any. */
export async function tenant(
  core: Pick<TestCore, 'accounts' | 'keys'>,
  {
    plan,
    email = `owner${++tenants}@tenant.example`,
    admin,
    key = {},
  }: { plan?: string; email?: string; admin?: boolean; key?: KeyWish } = {},
): Promise<Tenant> {
  const { account, member } = await core.accounts.create(operator, { email, plan, admin })
  const { secret } = await core.keys.createFor(operator, email, key)
  const origin = key.origins?.[0] === undefined ? null : `https://${key.origins[0]}`
  const use = { dialect: key.dialects?.[0] ?? 'native', client: '192.0.2.7', origin, referer: null, host: null }
  return { account, member, caller: await core.keys.holder(secret, use), secret }
}
