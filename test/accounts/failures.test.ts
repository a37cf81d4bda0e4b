// Failed sign-ins and refused links in the audit trail: who sees which, and how many there may be.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { testCore } from '../core.ts'
import { at, listIn, type Serving, serve } from '../http/serve.ts'
import { accept, api, firstAdmin, mustBe, owner, type Person, password, signIn } from './team.ts'

const hour = 3_600_000
const proxied = { MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }
const from = (client: string) => ({ 'x-forwarded-for': client })
const isFailure = (deed: unknown): boolean => String(at(deed, 'what')).endsWith('.refused')

/** What an owner, or the admin, is shown of failures, newest first. */
async function shown(person: Person, path: 'account/audit' | 'admin/audit'): Promise<unknown[]> {
  return listIn((await person.call('GET', `${path}?limit=100`)).json, 'items').filter(isFailure)
}

const reset = ({ call }: Serving, token: unknown, client: string) =>
  call('POST', `${api}/session/reset`, { body: { token, password }, headers: from(client) })

test('who was tried is told to his owners and to admins: from where, and why it was refused', async () => {
  await using server = await serve(proxied)
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const other = await owner(server, admin, 'other@b.test')
  await signIn(server, 'Boss@b.test', 'wrong', from('198.51.100.7'))
  const failure = {
    at: new Date(server.core.clock.now).toISOString(),
    by: 'stranger',
    actor: '',
    actorId: null,
    client: '198.51.100.7',
    what: 'session.refused',
    target: boss.memberId,
    accountId: boss.accountId,
    detail: { reason: 'credential-wrong', email: 'boss@b.test' },
  }
  expect(await shown(boss, 'account/audit')).toEqual([failure])
  expect(await shown(admin, 'admin/audit')).toEqual([failure])
  expect(await shown(other, 'account/audit')).toEqual([])
  await boss.call('PATCH', 'session', { present: 'wrong', password: 'another password' }, from('198.51.100.8'))
  expect((await shown(boss, 'account/audit'))[0]).toMatchObject({ what: 'password.refused', client: '198.51.100.8' })
  await server.core.accounts.setSuspended(operator, boss.accountId, true)
  await signIn(server, 'boss@b.test', password, from('198.51.100.9'))
  expect((await shown(admin, 'admin/audit'))[0]).toMatchObject({ detail: { reason: 'account-suspended' } })
})

test('an address that is no member is nowhere in the trail, and told to admins alone', async () => {
  await using server = await serve(proxied)
  const admin = await firstAdmin(server)
  await signIn(server, 'a-secret-typed-here@b.test', 'wrong', from('198.51.100.7'))
  expect(await shown(admin, 'account/audit')).toEqual([])
  const [failure, ...rest] = await shown(admin, 'admin/audit')
  expect(rest).toEqual([])
  expect(failure).toMatchObject({ target: '', accountId: null, detail: { reason: 'credential-wrong' } })
  const rows = server.core.connection.sqlite.query('select * from audit').all()
  expect(JSON.stringify(rows)).not.toContain('a-secret-typed-here')
})

test('refused links are told: guessed ones to admins, those of an account to its owners too', async () => {
  await using server = await serve(proxied)
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const guessed = await accept(server, 'inv_nothing', 'new@b.test')
  expect(guessed.reason).toBe('invitation-unknown')
  await reset(server, 'pwd_nothing', '198.51.100.7')
  expect(await shown(boss, 'account/audit')).toEqual([])
  expect(await shown(admin, 'admin/audit')).toMatchObject([
    { what: 'link.refused', accountId: null, client: '198.51.100.7', detail: { reason: 'invitation-unknown' } },
    { what: 'link.refused', accountId: null, detail: { reason: 'invitation-unknown' } },
  ])
  const invited = mustBe(201, await boss.call('POST', 'invitations', { email: 'mate@b.test' }))
  await accept(server, String(invited.json['token']), 'thief@b.test')
  const link = mustBe(201, await boss.call('POST', `members/${boss.memberId}/password-link`))
  await server.core.accounts.setSuspended(operator, boss.accountId, true)
  await reset(server, link.json['token'], '198.51.100.7')
  await server.core.accounts.setSuspended(operator, boss.accountId, false)
  expect(await shown(boss, 'account/audit')).toMatchObject([
    { what: 'link.refused', target: boss.memberId, detail: { reason: 'account-suspended', email: 'boss@b.test' } },
    { what: 'link.refused', target: '', accountId: boss.accountId, detail: { reason: 'forbidden' } },
  ])
  expect(JSON.stringify(await shown(boss, 'account/audit'))).not.toContain('thief')
})

describe('of a flood', () => {
  /** So many failures, each from an address of its own (`spread`) or all from one, of a member or of nobody. */
  async function flooded(many: number, { spread, member }: { spread: boolean; member: boolean }) {
    const core = testCore()
    const made = await core.accounts.create(operator, { email: 'boss@b.test' })
    const accountId = member ? made.account.id : null
    const client = (n: number) => (spread ? `198.51.${n >> 8}.${n & 255}` : '198.51.100.7')
    const fail = (n: number) =>
      core.failures.tell({
        what: 'session.refused',
        reason: 'credential-wrong',
        accountId,
        member: member ? made.member : null,
        client: client(n),
      })
    for (let n = 0; n < many; n++) fail(n)
    const recorded = () =>
      core.connection.sqlite.query<{ n: number }, []>("select count(*) n from audit where by = 'stranger'").get()?.n
    return { core, fail, recorded }
  }

  test.each([
    ['from one address ten an hour', { spread: false, member: false }, 10],
    ['of one member ten an hour, from wherever', { spread: true, member: true }, 10],
    ['of nobody a hundred an hour, from wherever', { spread: true, member: false }, 100],
  ])('%s are kept, with one write', async (_, how, most) => {
    const { core, fail, recorded } = await flooded(1000, how)
    expect(recorded()).toBe(0)
    await core.usage.flush()
    expect(recorded()).toBe(most)
    fail(0)
    await core.usage.flush()
    expect(recorded()).toBe(most)
    core.clock.now += hour
    fail(0)
    await core.usage.flush()
    expect(recorded()).toBe(most + 1)
  })

  test('those of nobody keep none of a member out', async () => {
    const { core, recorded } = await flooded(1000, { spread: true, member: false })
    const { member, account } = await core.accounts.byOwner(operator, 'boss@b.test')
    const about = { accountId: account.id, member, client: '203.0.113.1' }
    core.failures.tell({ what: 'session.refused', reason: 'credential-wrong', ...about })
    await core.usage.flush()
    expect(recorded()).toBe(101)
  })

  test('what could not be written waits for the next time', async () => {
    const { core, recorded } = await flooded(3, { spread: true, member: true })
    const { sqlite } = core.connection
    sqlite.run("create trigger broken before insert on audit begin select raise(abort, 'no'); end")
    await expect(core.failures.flush()).rejects.toThrow()
    sqlite.run('drop trigger broken')
    await core.failures.flush()
    expect(recorded()).toBe(3)
  })
})

test('a try that was not looked at, and what was said wrongly, is no failure', async () => {
  await using server = await serve(proxied)
  const admin = await firstAdmin(server)
  for (let n = 0; n < 8; n++) await signIn(server, 'admin@ops.test', 'wrong', from('198.51.100.7'))
  const tried = (await shown(admin, 'admin/audit')).length
  expect([tried > 0, tried < 8]).toEqual([true, true])
  const invited = mustBe(201, await admin.call('POST', 'invitations', {}))
  const short = await accept(server, String(invited.json['token']), 'mate@b.test', 'short')
  expect(short.reason).toBe('invalid-request')
  expect(await shown(admin, 'admin/audit')).toHaveLength(tried)
})
