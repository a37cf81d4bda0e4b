// Members of an account: invited, promoted, removed, and how they come to a new password.
import { expect, test } from 'bun:test'
import { nobody, operator } from '../../src/accounts/caller.ts'
import {
  accept,
  api,
  firstAdmin,
  joined,
  keyOf,
  mustBe,
  owner,
  password,
  personOf,
  signedIn,
  signIn,
} from '../accounts/team.ts'
import { type Answer, at, listIn, type Serving, serve } from '../http/serve.ts'

const hour = 3_600_000
const day = 24 * hour
const said = ({ status, reason }: Answer) => [status, reason]

const reset = ({ call }: Pick<Serving, 'call'>, token: unknown, given = 'another password') =>
  call('POST', `${api}/session/reset`, { body: { token, password: given } })

test('an invitation is a link that joins the account, once', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const made = mustBe(201, await admin.call('POST', 'invitations', {}))
  const token = String(made.json['token'])
  expect(token).toMatch(/^inv_\w{40}$/)
  expect(made.json['url']).toBe(`${server.url}/app/invitation#${token}`)
  expect(made.json['expiresAt']).toBe(new Date(server.core.clock.now + 7 * day).toISOString())
  const mate = personOf(server, await accept(server, token, 'Mate@Ops.test'))
  expect(mate.accountId).toBe(admin.accountId)
  expect(mate.email).toBe('mate@ops.test')
  const { json } = await mate.call('GET', 'session')
  expect(at(json, 'member')).toMatchObject({ role: 'member', admin: false })
  expect(at(json, 'member', 'lastSignInAt')).not.toBeNull()
  expect(said(await accept(server, token, 'third@ops.test'))).toEqual([404, 'invitation-unknown'])
  expect((await signIn(server, mate.email)).status).toBe(201)
})

test('links name the public address where there is one', async () => {
  await using server = await serve({ MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example.test/' })
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', 'invitations', {})
  expect(json['url']).toBe(`https://mail.example.test/app/invitation#${json['token']}`)
})

test('an invitation that is used several times at the same moment works once', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', 'invitations', {})
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => accept(server, String(json['token']), `mate${n}@ops.test`)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  // From one address, which is not let try for long.
  expect(statuses.filter((status) => status === 404 || status === 429)).toHaveLength(7)
  expect(listIn((await admin.call('GET', 'members')).json, 'items')).toHaveLength(2)
})

test('an invitation that failed is still good', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', 'invitations', {})
  expect(said(await accept(server, String(json['token']), admin.email))).toEqual([409, 'email-taken'])
  expect((await accept(server, String(json['token']), 'mate@ops.test')).status).toBe(201)
})

test('an invitation for one address is for no other', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', 'invitations', { email: 'Mate@Ops.test', role: 'owner' })
  const token = String(json['token'])
  expect(listIn((await admin.call('GET', 'invitations')).json, 'items')).toEqual([
    expect.objectContaining({ id: json['id'], email: 'mate@ops.test', role: 'owner' }),
  ])
  expect(said(await accept(server, token, 'other@ops.test'))).toEqual([403, 'forbidden'])
  const mate = personOf(server, await accept(server, token, 'MATE@ops.test'))
  expect(at((await mate.call('GET', 'session')).json, 'member', 'role')).toBe('owner')
  expect((await admin.call('GET', 'invitations')).json).toEqual({ items: [], next: null })
})

test('an invitation is good for a week', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const [early, late] = [await admin.call('POST', 'invitations', {}), await admin.call('POST', 'invitations', {})]
  server.core.clock.now += 7 * day - 1
  expect((await accept(server, String(early.json['token']), 'early@ops.test')).status).toBe(201)
  server.core.clock.now += 1
  expect(said(await accept(server, String(late.json['token']), 'late@ops.test'))).toEqual([404, 'invitation-unknown'])
  expect(listIn((await admin.call('GET', 'invitations')).json, 'items')).toEqual([])
})

test('an invitation that was taken back is good no more', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await owner(server, admin, 'other@b.test')
  const { json } = await admin.call('POST', 'invitations', {})
  expect(said(await other.call('DELETE', `invitations/${json['id']}`))).toEqual([404, 'invitation-unknown'])
  expect((await admin.call('DELETE', `invitations/${json['id']}`)).status).toBe(204)
  expect(said(await admin.call('DELETE', `invitations/${json['id']}`))).toEqual([404, 'invitation-unknown'])
  expect((await accept(server, String(json['token']), 'mate@ops.test')).reason).toBe('invitation-unknown')
})

test('a plan says how many members there may be, also at the same moment', async () => {
  await using server = await serve({ MAYFLY_PLANS_FREE_MEMBERS: '2' })
  const admin = await firstAdmin(server)
  const small = await owner(server, admin, 'small@b.test', 'free')
  const tokens = await Promise.all(
    [1, 2, 3].map(async () => String((await small.call('POST', 'invitations', {})).json['token'])),
  )
  const answers = await Promise.all(tokens.map((token, n) => accept(server, token, `mate${n}@b.test`)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 429, 429])
  expect(answers.find(({ status }) => status === 429)?.reason).toBe('quota-exceeded')
  const { json } = await small.call('GET', 'members')
  const mate = listIn(json, 'items').find((one) => at(one, 'role') === 'member')
  expect((await small.call('DELETE', `members/${at(mate, 'id')}`)).status).toBe(204)
  // Who was turned away may come now, by the same link.
  const turned = answers.findIndex(({ status }) => status === 429)
  expect((await accept(server, tokens[turned] ?? '', 'late@b.test')).status).toBe(201)
})

test('nobody joins a suspended account', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await owner(server, admin, 'other@b.test')
  const { json } = await other.call('POST', 'invitations', {})
  await admin.call('PATCH', `admin/accounts/${other.accountId}`, { suspended: true })
  expect(said(await accept(server, String(json['token']), 'mate@b.test'))).toEqual([403, 'account-suspended'])
  await admin.call('PATCH', `admin/accounts/${other.accountId}`, { suspended: false })
  expect((await accept(server, String(json['token']), 'mate@b.test')).status).toBe(201)
})

test('members see the team, and only owners change it', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const members = await mate.call('GET', 'members')
  expect(listIn(members.json, 'items')).toEqual([
    expect.objectContaining({ id: boss.memberId, email: boss.email, role: 'owner', admin: false }),
    expect.objectContaining({ id: mate.memberId, email: mate.email, role: 'member', admin: false }),
  ])
  const invitation = await boss.call('POST', 'invitations', {})
  const { key } = await keyOf(mate)
  const deeds = [
    ['GET', 'invitations', undefined],
    ['POST', 'invitations', {}],
    ['DELETE', `invitations/${invitation.json['id']}`, undefined],
    ['PATCH', `members/${mate.memberId}`, { role: 'owner' }],
    ['DELETE', `members/${boss.memberId}`, undefined],
    ['POST', `members/${boss.memberId}/password-link`, undefined],
    ['GET', 'account/audit', undefined],
  ] as const
  for (const [method, path, body] of deeds) {
    expect([method, path, ...said(await mate.call(method, path, body))]).toEqual([method, path, 403, 'forbidden'])
    const byKey = await server.call(method, `${api}/${path}`, { token: key, ...(body ? { body } : {}) })
    expect([method, path, ...said(byKey)]).toEqual([method, path, 403, 'forbidden'])
  }
})

test("a key does what its maker may, and a key without the scope nothing of the team's", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { key } = await keyOf(admin)
  const { key: narrow } = await keyOf(admin, { scopes: ['mailboxes', 'keys'] })
  expect((await server.call('POST', `${api}/invitations`, { token: key, body: {} })).status).toBe(201)
  for (const [method, path] of [
    ['GET', 'members'],
    ['GET', 'invitations'],
    ['POST', 'invitations'],
    ['DELETE', `members/${admin.memberId}`],
  ] as const) {
    expect(said(await server.call(method, `${api}/${path}`, { token: narrow }))).toEqual([403, 'forbidden'])
  }
})

test('a role is changed at once, for who is signed in and for keys', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const mate = await joined(server, admin, 'mate@ops.test')
  const { key } = await keyOf(mate)
  const changed = await admin.call('PATCH', `members/${mate.memberId}`, { role: 'owner' })
  expect(changed.json).toMatchObject({ id: mate.memberId, role: 'owner' })
  expect((await mate.call('POST', 'invitations', {})).status).toBe(201)
  expect((await server.call('POST', `${api}/invitations`, { token: key, body: {} })).status).toBe(201)
  await admin.call('PATCH', `members/${mate.memberId}`, { role: 'member' })
  expect((await mate.call('POST', 'invitations', {})).status).toBe(403)
  expect((await server.call('POST', `${api}/invitations`, { token: key, body: {} })).status).toBe(403)
})

test('the last owner stays: not demoted, not removed, and not by leaving', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const { id, key } = await keyOf(boss)
  const lastOwner = [409, 'last-owner']
  expect(said(await boss.call('PATCH', `members/${boss.memberId}`, { role: 'member' }))).toEqual(lastOwner)
  expect(said(await boss.call('DELETE', `members/${boss.memberId}`, { revokeKeys: [id] }))).toEqual(lastOwner)
  // Nothing of it has happened.
  expect((await server.call('GET', `${api}/account`, { token: key })).status).toBe(200)
  // To hand over, make the other one an owner, then leave.
  mustBe(200, await boss.call('PATCH', `members/${mate.memberId}`, { role: 'owner' }))
  mustBe(200, await boss.call('PATCH', `members/${boss.memberId}`, { role: 'member' }))
  expect(said(await mate.call('DELETE', `members/${mate.memberId}`))).toEqual(lastOwner)
  expect((await boss.call('DELETE', `members/${boss.memberId}`)).status).toBe(204)
  expect((await boss.call('GET', 'session')).status).toBe(401)
})

test('an admin is removed by no fellow owner, and the last one by nobody', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const fellow = await joined(server, admin, 'fellow@ops.test', 'owner')
  const { key } = await keyOf(fellow)
  const remove = `members/${admin.memberId}`
  const forbidden = [403, 'forbidden']
  expect(said(await fellow.call('DELETE', remove))).toEqual(forbidden)
  expect(said(await server.call('DELETE', `${api}/${remove}`, { token: key, body: {} }))).toEqual(forbidden)
  expect(said(await admin.call('DELETE', remove))).toEqual(forbidden)
  expect((await admin.call('GET', 'admin/accounts')).status).toBe(200)
  // Where another one runs the server too, he may leave, but is still removed by no fellow owner.
  await server.core.accounts.create(operator, { email: 'second@ops.test', admin: true, password })
  expect(said(await fellow.call('DELETE', remove))).toEqual(forbidden)
  expect((await admin.call('DELETE', remove)).status).toBe(204)
  const second = await signedIn(server, 'second@ops.test')
  expect((await second.call('GET', 'admin/accounts')).status).toBe(200)
})

test('an account with the last admin is deleted at the command line only', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await server.core.accounts.create(operator, { email: 'second@ops.test', admin: true, password })
  const second = await signedIn(server, 'second@ops.test')
  // Each is let in as an admin before the other's account is gone.
  const callers = await Promise.all(
    [admin, second].map(({ cookie }) => server.core.signIns.holder(cookie.slice('mayfly='.length), '192.0.2.1')),
  )
  const [one = nobody, two = nobody] = callers
  const deleted = await Promise.allSettled([
    server.core.accounts.delete(one, other.account.id),
    server.core.accounts.delete(two, admin.accountId),
  ])
  expect(deleted.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const left = deleted[0]?.status === 'fulfilled' ? admin.accountId : other.account.id
  await server.core.accounts.delete(operator, left)
  expect(await server.core.links.adminLink()).not.toBe(null)
})

test('two owners who remove each other at the same moment leave one', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const second = await joined(server, boss, 'second@b.test', 'owner')
  const { signIns, keys } = server.core
  // Both are known before either is gone.
  const [one, other] = await Promise.all(
    [boss, second].map(({ cookie }) => signIns.holder(cookie.slice('mayfly='.length), '192.0.2.1')),
  )
  if (!one || !other) throw new Error('both are signed in')
  const done = await Promise.allSettled([
    keys.removeMember(one, second.memberId, { revokeKeys: [] }),
    keys.removeMember(other, boss.memberId, { revokeKeys: [] }),
  ])
  expect(done.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(done.find((one) => one.status === 'rejected')?.reason).toMatchObject({ reason: 'last-owner' })
  const left = done[0].status === 'fulfilled' ? boss : second
  expect(listIn((await left.call('GET', 'members')).json, 'items')).toEqual([
    expect.objectContaining({ id: left.memberId, role: 'owner' }),
  ])
})

test('who is removed is out at once, and the keys that were named with him', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const [kept, revoked, own] = [await keyOf(mate), await keyOf(mate), await keyOf(boss)]
  const removal = await boss.call('DELETE', `members/${mate.memberId}`, { revokeKeys: [revoked.id, revoked.id] })
  expect(removal.status).toBe(204)
  expect(said(await mate.call('GET', 'account'))).toEqual([401, 'credential-wrong'])
  expect(said(await signIn(server, mate.email))).toEqual([401, 'credential-wrong'])
  const ask = async (token: string) => said(await server.call('GET', `${api}/account`, { token }))
  expect(await ask(revoked.key)).toEqual([401, 'key-inactive'])
  expect(await ask(kept.key)).toEqual([200, undefined])
  expect(await ask(own.key)).toEqual([200, undefined])
  expect(said(await boss.call('DELETE', `members/${mate.memberId}`))).toEqual([404, 'member-unknown'])
  const audit = listIn((await boss.call('GET', 'account/audit')).json, 'items')
  expect(audit.filter((deed) => at(deed, 'what') === 'key.revoked')).toHaveLength(1)
})

test("what a removed member's key may do is no more than before, and nothing of an owner's", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const { key: token } = await keyOf(mate)
  const own = await keyOf(boss)
  await boss.call('DELETE', `members/${mate.memberId}`, {})
  expect((await server.call('POST', `${api}/mailboxes`, { token, body: {} })).status).toBe(201)
  for (const [method, path, body] of [
    ['POST', 'invitations', {}],
    ['GET', 'account/audit', undefined],
    ['PATCH', `members/${boss.memberId}`, { role: 'member' }],
    ['DELETE', `members/${boss.memberId}`, undefined],
  ] as const) {
    const answer = await server.call(method, `${api}/${path}`, { token, ...(body ? { body } : {}) })
    expect([method, path, ...said(answer)]).toEqual([method, path, 403, 'forbidden'])
  }
  expect(said(await server.call('DELETE', `${api}/keys/${own.id}`, { token }))).toEqual([404, 'key-unknown'])
  // An owner still sees it, and can revoke it.
  const listed = listIn((await boss.call('GET', 'keys')).json, 'items').find((one) => at(one, 'maker') === mate.email)
  expect((await boss.call('DELETE', `keys/${at(listed, 'id')}`)).status).toBe(204)
})

test("who leaves takes none of the others' keys along", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const other = await owner(server, admin, 'other@c.test')
  const [theirs, foreign, own] = [await keyOf(boss), await keyOf(other), await keyOf(mate)]
  for (const id of [theirs.id, foreign.id, 'nothing']) {
    const answer = await mate.call('DELETE', `members/${mate.memberId}`, { revokeKeys: [own.id, id] })
    expect(said(answer)).toEqual([404, 'key-unknown'])
  }
  for (const { key } of [theirs, foreign, own]) {
    expect((await server.call('GET', `${api}/account`, { token: key })).status).toBe(200)
  }
  expect((await mate.call('DELETE', `members/${mate.memberId}`, { revokeKeys: [own.id] })).status).toBe(204)
})

test('a password link sets a new password, once, within a day', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const link = async () => mustBe(201, await boss.call('POST', `members/${mate.memberId}/password-link`)).json
  const first = await link()
  expect(first['expiresAt']).toBe(new Date(server.core.clock.now + day).toISOString())
  expect(first['url']).toBe(`${server.url}/app/password#${first['token']}`)
  // The next one is the only one.
  const second = await link()
  expect(said(await reset(server, first['token']))).toEqual([404, 'invitation-unknown'])
  const done = await reset(server, second['token'])
  const again = personOf(server, done)
  expect(again.memberId).toBe(mate.memberId)
  expect(said(await reset(server, second['token']))).toEqual([404, 'invitation-unknown'])
  // Whoever was signed in is so no more.
  expect((await mate.call('GET', 'session')).status).toBe(401)
  expect((await again.call('GET', 'session')).status).toBe(200)
  expect((await signIn(server, mate.email, password)).status).toBe(401)
  expect((await signIn(server, mate.email, 'another password')).status).toBe(201)
  const late = await link()
  server.core.clock.now += day
  expect((await reset(server, late['token'])).reason).toBe('invitation-unknown')
})

test('a password link at the same moment works once', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', `members/${admin.memberId}/password-link`)
  const answers = await Promise.all([1, 2, 3].map((n) => reset(server, json['token'], `password number ${n}`)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 404, 404])
})

test('a password that was changed makes the link useless', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { json } = await admin.call('POST', `members/${admin.memberId}/password-link`)
  await admin.call('PATCH', 'session', { present: password, password: 'another password' })
  expect((await reset(server, json['token'], 'a third password')).reason).toBe('invitation-unknown')
})

test('an admin makes password links for everybody, an owner for his own members, and none for an admin', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const link = async (by: typeof admin, of: typeof admin) =>
    said(await by.call('POST', `members/${of.memberId}/password-link`))
  expect(await link(admin, boss)).toEqual([201, undefined])
  expect(await link(boss, boss)).toEqual([201, undefined])
  expect(await link(boss, admin)).toEqual([404, 'member-unknown'])
  // Else a fellow owner would come to run the server.
  const fellow = await joined(server, admin, 'fellow@ops.test', 'owner')
  expect(await link(fellow, admin)).toEqual([403, 'forbidden'])
  expect(await link(admin, fellow)).toEqual([201, undefined])
})

test('a link of one kind is none of the other', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const invitation = await admin.call('POST', 'invitations', {})
  const link = await admin.call('POST', `members/${admin.memberId}/password-link`)
  expect((await reset(server, invitation.json['token'])).reason).toBe('invitation-unknown')
  expect((await accept(server, String(link.json['token']), 'x@ops.test')).reason).toBe('invitation-unknown')
  expect((await accept(server, String(invitation.json['token']), 'x@ops.test')).status).toBe(201)
  expect((await reset(server, link.json['token'])).status).toBe(201)
})

test('a suspended account gets no new password, and its link stays good', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const { json } = await admin.call('POST', `members/${boss.memberId}/password-link`)
  await admin.call('PATCH', `admin/accounts/${boss.accountId}`, { suspended: true })
  expect(said(await reset(server, json['token']))).toEqual([403, 'account-suspended'])
  await admin.call('PATCH', `admin/accounts/${boss.accountId}`, { suspended: false })
  expect((await reset(server, json['token'])).status).toBe(201)
  expect((await signedIn(server, boss.email, 'another password')).accountId).toBe(boss.accountId)
})
