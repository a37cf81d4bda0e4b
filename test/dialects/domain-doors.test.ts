// One custom domain through every door at once: what each shows of its state, to its account and to all others.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { mx, txt } from '../domains/name-server.ts'
import { here, type NamedServer, namedServer } from '../domains/named-server.ts'
import { type Answer, at, listIn } from '../http/serve.ts'
import { reasonOf } from '../refused.ts'

const own = 'own.example'
const hour = 3_600_000
const password = 'open sesame'

type World = NamedServer & { owner: Tenant; stranger: Tenant }

async function world(env: Record<string, string> = {}): Promise<World> {
  const named = await namedServer({ MAYFLY_DOMAINS: 'mayfly.test,second.test', ...env })
  const { core } = named.server
  return { ...named, owner: await tenant(core), stranger: await tenant(core) }
}

/** Adds a domain and sets its records; nobody has looked at them yet. */
async function published({ server, dns }: World, { caller }: Tenant, name = own): Promise<string> {
  const { id, token } = await server.core.domains.add(caller, name)
  dns.zone[`_mayfly.${name}`] = [...(dns.zone[`_mayfly.${name}`] ?? []), txt(`_mayfly.${name}`, token)]
  dns.zone[name] = [mx(name, here)]
  return id
}

async function verified(its: World, whose = its.owner, name = own): Promise<string> {
  const id = await published(its, whose, name)
  expect((await its.server.core.domains.verify(whose.caller, id)).state).toBe('verified')
  return id
}

const codeOf = ({ status, json }: Answer): string => `${status} ${String(json['error'] ?? '')}`.trim()

let boxes = 0

/** What each door says of a domain to one who has this key (null: none). */
async function seen({ server }: World, token: string | null, name = own): Promise<Record<string, unknown>> {
  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    server.call(method, path, { ...(token === null ? {} : { token }), ...(body ? { body } : {}) })
  const of = (list: unknown[], key: string): unknown => list.find((one) => at(one, key) === name)
  const address = `box${++boxes}@${name}`
  const [native, minutemail, mailcx, made, mailfade, run2mail] = await Promise.all([
    call('GET', '/mayfly/v1/domains'),
    call('GET', '/v1/domains'),
    call('GET', '/pro/api/domains'),
    call('POST', '/api/v1/inbox'),
    call('GET', `/inbox/free@${name}`),
    call('GET', `/api/v1/emails/free@${name}/messages`),
  ])
  const openings = await Promise.all([
    call('POST', '/mayfly/v1/mailboxes', { domain: name }),
    call('POST', '/v1/mailboxes', { domain: name }),
    call('POST', '/api/accounts', { address, password }),
    call('POST', '/api/v1/inbox', { domain: name }),
    call('POST', '/api/v1/emails/create', { type: 'custom', username: `u${boxes}`, domain: name }),
  ])
  const [opened, ...foreign] = openings
  return {
    native: at(of(listIn(native.json, 'items'), 'name'), 'state'),
    minutemail: at(of(listIn(minutemail.json, 'items'), 'name'), 'status'),
    mailcx: at(of(listIn(mailcx.json, 'domains'), 'domain'), 'verify_status'),
    dustmail: listIn(made.json, 'meta', 'available_domains').includes(name),
    mailfade: codeOf(mailfade),
    run2mail: codeOf(run2mail),
    opened: opened?.reason ?? opened?.status,
    openedIn: foreign.map(codeOf),
    mail: await reasonOf(server.core.mailboxes.accepting(`free@${name}`, { trusted: false, size: 0 })),
  }
}

const open = {
  native: 'verified',
  minutemail: 'verified',
  mailcx: 'verified',
  dustmail: true,
  mailfade: '200',
  run2mail: '200',
  opened: 201,
  openedIn: ['201', '201', '201', '201'],
  mail: 'no refusal',
}
const shut = {
  native: 'pending',
  minutemail: 'pending',
  mailcx: 'pending',
  dustmail: false,
  mailfade: '400 invalid_address',
  run2mail: '403 forbidden',
  opened: 'domain-unserved',
  openedIn: ['400 bad_request', '400 invalid_domain', '403 domain_not_allowed', '422 validation_failed'],
  mail: 'relay-denied',
}

test('every door shows the same state, from pending through failing and lapse to verified again', async () => {
  await using its = await world()
  const { server, dns, owner } = its
  const id = await published(its, owner)
  const asOwner = () => seen(its, owner.secret)
  expect(await asOwner()).toEqual(shut)
  const verify = () => server.call('POST', `/v1/domains/${id}/verify`, { token: owner.secret })
  expect((await verify()).json).toMatchObject({ status: 'verified' })
  expect(await asOwner()).toEqual(open)
  await server.mail(`kept@${own}`)

  const zone = { ...dns.zone }
  delete dns.zone[own]
  server.core.clock.now += 5 * hour
  await server.core.domains.checkDue()
  expect(await asOwner()).toEqual({ ...open, native: 'failing' })
  const look = await server.call('POST', `/pro/api/domains/${id}/verify`, { token: owner.secret })
  expect(look.json).toMatchObject({
    verify_status: 'verified',
    txt_record: true,
    mx_record: false,
    dns_records: [
      { type: 'TXT', ok: true },
      { type: 'MX', ok: false },
    ],
    message: expect.stringContaining('are gone'),
  })

  server.core.clock.now += 73 * hour
  await server.core.domains.checkDue()
  const lapsed = {
    ...shut,
    native: 'lapsed',
    opened: 'domain-lapsed',
    openedIn: ['400 bad_request', '410 domain_expired', '403 domain_not_allowed', '422 validation_failed'],
  }
  expect(await asOwner()).toEqual(lapsed)
  // What had come before is still read, by its account alone.
  for (const path of [`/inbox/kept@${own}`, `/api/v1/emails/kept@${own}/messages`]) {
    expect((await server.call('GET', path, { token: owner.secret })).status).toBe(200)
    expect((await server.call('GET', path, { token: its.stranger.secret })).status).not.toBe(200)
  }
  const expired = await server.call('POST', `/pro/api/domains/${id}/verify`, { token: owner.secret })
  expect(expired.json).toMatchObject({ verify_status: 'pending', message: expect.stringContaining('has expired') })

  Object.assign(dns.zone, zone)
  const again = await server.call('POST', `/pro/api/domains/${id}/verify`, { token: owner.secret })
  expect(again.json).toMatchObject({
    verify_status: 'verified',
    dns_records: [{ ok: true }, { ok: true }],
    message: 'The domain is verified.',
  })
  expect(await asOwner()).toEqual(open)
})

test('what another has verified is to everybody else as if it were nobody’s', async () => {
  await using its = await world()
  const { server, owner, stranger } = its
  await verified(its)
  // Both wait for it; of the second nobody else has ever heard.
  for (const name of [own, 'free.example']) await server.core.domains.add(stranger.caller, name)
  const { mail, mailfade, ...taken } = await seen(its, stranger.secret)
  const { mail: _refused, mailfade: _unserved, ...free } = await seen(its, stranger.secret, 'free.example')
  expect(taken).toEqual(free)
  const { mail: _mail, mailfade: _inbox, ...waiting } = shut
  expect(taken).toEqual(waiting)
  // Anybody may send mail there, and so learn that it is taken; MailFade says no more than that.
  expect([mail, mailfade]).toEqual(['no refusal', '404 not_found'])

  const looks = await Promise.all(
    [own, 'free.example'].map(async (name) => {
      const { id } = await server.core.domains.get(stranger.caller, name)
      const answers = await Promise.all(
        [`/mayfly/v1/domains/${id}/verify`, `/v1/domains/${id}/verify`, `/pro/api/domains/${id}/verify`].map((path) =>
          server.call('POST', path, { token: stranger.secret }),
        ),
      )
      return answers.map(({ status, body }) => {
        const words = body.replaceAll(name, 'NAME').replaceAll(id, 'ID')
        return [status, words.replace(/mayfly-\w{32}/g, 'TOKEN').replace(/"(nextCheckAt|seen)":[^\]},]*\]?/g, '')]
      })
    }),
  )
  // What his own records are is in them, and nothing of the other's but what the name servers tell everybody.
  expect(looks[0]?.map(([status]) => status)).toEqual([200, 200, 200])
  const [, minutemail] = looks[0] ?? []
  expect(minutemail).toEqual(looks[1]?.[1])

  const nobody = await seen(its, null)
  expect(nobody).toMatchObject({
    mailfade: '401 key_required',
    opened: 'domain-unserved',
    openedIn: ['401 unauthorized', '400 invalid_domain', '401 unauthorized', '401 unauthenticated'],
  })
  const held = await server.core.domains.get(owner.caller, own)
  for (const [method, path, refusal] of [
    ['POST', `/v1/domains/${held.id}/verify`, '403 forbidden'],
    ['DELETE', `/v1/domains/${held.id}`, '403 forbidden'],
    ['POST', `/pro/api/domains/${held.id}/verify`, '404 not_found'],
    ['DELETE', `/pro/api/domains/${held.id}`, '404 not_found'],
  ] as const) {
    expect(codeOf(await server.call(method, path, { token: stranger.secret }))).toBe(refusal)
  }
  expect((await seen(its, owner.secret))['native']).toBe('verified')
})

test('a second claim is not verified by any door while the first stands, and is once that has lapsed', async () => {
  await using its = await world()
  const { server, dns, owner, stranger } = its
  await verified(its)
  const first = dns.zone[`_mayfly.${own}`] ?? []
  const id = await published(its, stranger)
  const look = await server.call('POST', `/v1/domains/${id}/verify`, { token: stranger.secret })
  expect([look.status, look.json['status']]).toEqual([200, 'pending'])
  const looked = await server.call('POST', `/pro/api/domains/${id}/verify`, { token: stranger.secret })
  expect(looked.json).toMatchObject({ verify_status: 'pending', txt_record: true, mx_record: true })
  // Who has shown that the domain is his hears why that is not enough.
  expect(looked.json['message']).toContain('another account')

  dns.zone[`_mayfly.${own}`] = (dns.zone[`_mayfly.${own}`] ?? []).filter((record) => !first.includes(record))
  server.core.clock.now += 5 * hour
  await server.core.domains.checkDue()
  server.core.clock.now += 73 * hour
  await server.core.domains.checkDue()
  await server.core.domains.verify(stranger.caller, id)
  expect(await seen(its, stranger.secret)).toEqual(open)
  expect(await seen(its, owner.secret)).toMatchObject({
    native: 'lapsed',
    mailfade: '404 not_found',
    opened: 'domain-lapsed',
  })
})

test('an inbox of a custom domain is read with its account’s key, before and after mail has come', async () => {
  await using its = await world()
  const { server, owner, stranger } = its
  await verified(its)
  const inbox = (token?: string) => server.call('GET', `/inbox/news@${own}`, token === undefined ? {} : { token })
  const codes = async () => (await Promise.all([inbox(), inbox(owner.secret), inbox(stranger.secret)])).map(codeOf)
  expect((await inbox(owner.secret)).json).toEqual({ address: `news@${own}`, count: 0, emails: [] })
  expect(await codes()).toEqual(['401 key_required', '200', '404 not_found'])
  const boundary = 'in-between'
  const parts = [
    'Content-Type: text/plain\r\n\r\nYour code is 482913.',
    'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n1,2',
  ]
  const body = `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
  await server.mail(`news@${own}`, { 'Content-Type': `multipart/mixed; boundary=${boundary}` }, body)
  expect(await codes()).toEqual(['401 key_required', '200', '404 not_found'])
  const listed = await inbox(owner.secret)
  expect(listed.json['count']).toBe(1)
  const id = String(at(listed.json, 'emails', 0, 'id'))
  const message = await server.call('GET', `/message/${id}`, { token: owner.secret })
  expect(message.json).toMatchObject({ address: `news@${own}`, text: expect.stringContaining('482913') })
  const attachment = String(at(message.json, 'attachments', 0, 'id'))
  for (const path of [`/message/${id}`, `/message/${id}/raw`, `/attachment/${attachment}`]) {
    const answers = await Promise.all([
      server.call('GET', path),
      server.call('GET', path, { token: owner.secret }),
      server.call('GET', path, { token: stranger.secret }),
    ])
    expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 401, 200, 404])
  }
  expect((await server.call('GET', `/attachment/${attachment}`, { token: owner.secret })).body.trim()).toBe('1,2')

  const run2mail = await server.call('GET', `/api/v1/emails/News+x@${own}/messages`, { token: owner.secret })
  expect(run2mail.json).toEqual({ success: true, data: { email: `news+x@${own}`, messages: [] } })
  const mails = await server.call('GET', `/api/v1/emails/NEWS@${own}/messages`, { token: owner.secret })
  expect(listIn(mails.json, 'data', 'messages')).toHaveLength(1)
  // Mail alone made it: no list of mailboxes has it.
  for (const [path, ...keys] of [
    ['/api/v1/inbox', 'data'],
    ['/v1/mailboxes', 'items'],
    ['/pro/api/accounts', 'accounts'],
    ['/mayfly/v1/mailboxes', 'items'],
  ] as const)
    expect(listIn((await server.call('GET', path, { token: owner.secret })).json, ...keys)).toEqual([])
})

test('only opened addresses are read by address once the owner has chosen so', async () => {
  await using its = await world()
  const { server, owner } = its
  const id = await verified(its)
  await server.core.domains.change(owner.caller, id, { access: 'claimed' })
  const codes = async (address: string) => [
    codeOf(await server.call('GET', `/inbox/${address}`, { token: owner.secret })),
    codeOf(await server.call('GET', `/api/v1/emails/${address}/messages`, { token: owner.secret })),
  ]
  expect(await codes(`free@${own}`)).toEqual(['404 not_found', '403 forbidden'])
  await server.core.mailboxes.open(owner.caller, { localPart: 'box', domain: own }, '192.0.2.1')
  expect(await codes(`box@${own}`)).toEqual(['200', '200'])
})

test('a free address of a private domain is read, followed, waited at and searched by its account alone', async () => {
  await using its = await world()
  const { server, owner, stranger } = its
  await verified(its)
  const path = `/mayfly/v1/mailboxes/new@${own}`
  const codes = (below: string) =>
    Promise.all(
      [{ token: owner.secret }, { token: stranger.secret }, {}].map(
        async (call) => (await server.call('GET', `${path}${below}`, call)).status,
      ),
    )
  for (const below of ['', '/messages', '/messages?q=code', '/wait?timeout=0&expect=none'])
    expect([below, ...(await codes(below))]).toEqual([below, 200, 404, 401])
  const waited = server.call('GET', `${path}/wait?timeout=20`, { token: owner.secret })
  await server.mail(`new@${own}`, { Subject: 'Velvet' })
  expect(at((await waited).json, 'messages', 0, 'subject')).toBe('Velvet')
  const found = await server.call('GET', '/mayfly/v1/search?q=velvet', { token: owner.secret })
  expect(listIn(found.json, 'items')).toHaveLength(1)
  const others = await server.call('GET', '/mayfly/v1/search?q=velvet', { token: stranger.secret })
  expect(listIn(others.json, 'items')).toEqual([])
})

test('own domains are for premium keys in DustMail, and for any plan’s elsewhere', async () => {
  await using its = await world()
  const { server } = its
  const free = await tenant(server.core, { plan: 'free' })
  const { id } = await server.core.domains.addFor(operator, free.account.id, own)
  await server.core.domains.vouch(operator, id)
  const made = await server.call('POST', '/api/v1/inbox', { token: free.secret })
  expect(at(made.json, 'meta', 'available_domains')).toEqual(['mayfly.test'])
  const inbox = (token: string, domain: string) => server.call('POST', '/api/v1/inbox', { token, body: { domain } })
  expect(codeOf(await inbox(free.secret, own))).toBe('403 premium_required')
  const minute = await server.call('POST', '/v1/mailboxes', { token: free.secret, body: { domain: own } })
  expect([minute.status, minute.json['domain']]).toEqual([201, own])

  for (const name of ['zebra.example', 'apple.example', 'waiting.example']) {
    const added = await server.core.domains.add(its.owner.caller, name)
    if (name !== 'waiting.example') await server.core.domains.vouch(operator, added.id)
  }
  const premium = await inbox(its.owner.secret, 'apple.example')
  expect([premium.status, at(premium.json, 'data', 'domain')]).toEqual([201, 'apple.example'])
  expect(at(premium.json, 'meta', 'available_domains')).toEqual([
    'mayfly.test',
    'second.test',
    'apple.example',
    'zebra.example',
  ])
  for (const domain of ['waiting.example', own, 'nobodys.example'])
    expect([domain, codeOf(await inbox(its.owner.secret, domain))]).toEqual([domain, '403 domain_not_allowed'])
})

test('a plan without domains refuses them in each door’s own words', async () => {
  await using its = await world()
  const { server } = its
  const { secret: token } = await tenant(server.core, { plan: 'free' })
  const native = await server.call('POST', '/mayfly/v1/domains', { token, body: { name: own } })
  const minutemail = await server.call('POST', '/v1/domains', { token, body: { name: own } })
  const mailcx = await server.call('POST', '/pro/api/domains', { token, body: { domain: own } })
  expect([native.status, native.reason]).toEqual([429, 'quota-exceeded'])
  expect([minutemail, mailcx].map(codeOf)).toEqual(['429 quota_exceeded', '403 domain_limit_reached'])
})

test('a key that is for some domains has to do with no others', async () => {
  await using its = await world()
  const { server, owner } = its
  const ids = await Promise.all([verified(its), verified(its, owner, 'other.example')])
  const bound = { domains: [own], prefix: 'mmak_' } as const
  const { secret: token } = await server.core.keys.createFor(operator, owner.member.email, bound)
  const codes = async (method: string, below: (id: string) => string) =>
    Promise.all(ids.map(async (id) => codeOf(await server.call(method, below(id), { token }))))
  expect(await codes('POST', (id) => `/v1/domains/${id}/verify`)).toEqual(['200', '403 forbidden'])
  expect(await codes('POST', (id) => `/pro/api/domains/${id}/verify`)).toEqual(['200', '404 not_found'])
  const listed = await server.call('GET', '/v1/domains', { token })
  expect(listIn(listed.json, 'items').map((one) => at(one, 'name'))).toEqual([own])
  const added = await server.call('POST', '/v1/domains', { token, body: { name: 'third.example' } })
  expect(codeOf(added)).toBe('403 forbidden')
  for (const [domain, code] of [
    [own, '201'],
    ['other.example', '403 forbidden'],
  ] as const)
    expect(codeOf(await server.call('POST', '/v1/mailboxes', { token, body: { domain } }))).toBe(code)
  expect(await codes('DELETE', (id) => `/v1/domains/${id}`)).toEqual(['204', '403 forbidden'])
  expect(await server.core.domains.list(owner.caller)).toMatchObject([{ name: 'other.example' }])
})

test('where nobody could say, and where nobody is asked, that is what each door says', async () => {
  await using its = await world()
  const { server, dns, owner } = its
  const id = await published(its, owner)
  dns.faults[`_mayfly.${own}`] = 'servfail'
  const look = (path: string) => server.call('POST', `${path}/${id}/verify`, { token: owner.secret })
  expect(codeOf(await look('/v1/domains'))).toBe('502 bad_gateway')
  expect((await look('/pro/api/domains')).json['message']).toContain('SERVFAIL')
  delete dns.faults[`_mayfly.${own}`]
  delete dns.zone[own]
  expect((await look('/v1/domains')).json).toMatchObject({ status: 'pending' })
  dns.zone[own] = [mx(own, here)]
  expect((await look('/v1/domains')).json).toMatchObject({ status: 'verified' })
  dns.faults[`_mayfly.${own}`] = 'servfail'
  // What nobody could say takes nothing away.
  expect((await look('/v1/domains')).json).toMatchObject({ status: 'verified' })

  await using off = await world({ MAYFLY_DNS_MODE: 'off' })
  const waiting = await published(off, off.owner)
  const ask = (path: string) => off.server.call('POST', `${path}/${waiting}/verify`, { token: off.owner.secret })
  const minutemail = await ask('/v1/domains')
  expect([codeOf(minutemail), minutemail.json['message']]).toEqual([
    '502 bad_gateway',
    expect.stringContaining('No name server is asked'),
  ])
  expect((await ask('/pro/api/domains')).json).toMatchObject({ message: expect.stringContaining('dns.mode is off') })
  await off.server.core.domains.vouch(operator, waiting)
  expect((await ask('/v1/domains')).json).toMatchObject({ status: 'verified' })
  expect((await ask('/pro/api/domains')).json).toMatchObject({ verify_status: 'verified' })
  expect(await seen(off, off.owner.secret)).toEqual(open)
  expect(off.dns.asked).toEqual([])
})

test('a domain that is removed by any door takes its mailboxes with it, and nobody else’s', async () => {
  await using its = await world()
  const { server, owner } = its
  const doors = [
    { name: 'one.example', path: '/v1/domains' },
    { name: 'two.example', path: '/pro/api/domains' },
  ]
  const kept = await server.call('POST', '/v1/mailboxes', { token: owner.secret, body: {} })
  for (const { name, path } of doors) {
    const id = await verified(its, owner, name)
    await server.core.mailboxes.open(owner.caller, { localPart: 'box', domain: name }, '192.0.2.1')
    await server.mail(`any@${name}`)
    expect((await server.call('DELETE', `${path}/${id}`, { token: owner.secret })).status).toBe(204)
    for (const local of ['box', 'any'])
      expect(codeOf(await server.call('GET', `/inbox/${local}@${name}`, { token: owner.secret }))).toBe(
        '400 invalid_address',
      )
  }
  const listed = await server.call('GET', '/v1/mailboxes', { token: owner.secret })
  expect(listIn(listed.json, 'items')).toEqual([kept.json])
})
