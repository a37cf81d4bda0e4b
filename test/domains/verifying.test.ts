// Domains from nothing to mail and back, by the records of a real name server that change meanwhile.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import type { CustomDomain } from '../../src/domains/domain.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver, mail, type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'
import { a, cname, mx, type NameServer, nameServer, txt } from './name-server.ts'

const here = 'mx.mayfly-host.test'
const hour = 3_600_000
const day = 24 * hour

type World = { core: TestCore; dns: NameServer; one: Tenant; file: string; [Symbol.asyncDispose]: () => Promise<void> }

async function world(env: Record<string, string> = {}, { isOnDisk = false } = {}): Promise<World> {
  const dns = await nameServer()
  const config = testConfig({
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_TIMEOUT_SECONDS: '1',
    MAYFLY_DNS_QUERIES_PER_SECOND: '100000',
    MAYFLY_SMTP_HOSTNAME: here,
    MAYFLY_SMTP_PUBLIC_ADDRESSES: '192.0.2.25',
    ...env,
  })
  const directory = temporaryDirectory()
  const file = isOnDisk ? `${directory.path}/mayfly.db` : ':memory:'
  const core = testCore({ config, file })
  return {
    core,
    dns,
    file,
    one: await tenant(core),
    [Symbol.asyncDispose]: async () => {
      core.domains.stopChecking()
      core.close()
      directory[Symbol.dispose]()
      await dns[Symbol.asyncDispose]()
    },
  }
}

/** Sets the records of a domain as they should be. */
function publish(dns: NameServer, { name, token }: Pick<CustomDomain, 'name' | 'token'>): void {
  dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, token)]
  dns.zone[name] = [mx(name, here)]
}

function withdraw(dns: NameServer, { name }: Pick<CustomDomain, 'name'>): void {
  delete dns.zone[`_mayfly.${name}`]
}

const send = (core: TestCore, to: string) => deliver(core, to, mail({ Subject: 'Hi' }, 'Hello.'), { trusted: false })

const stateOf = async (core: TestCore, { caller }: Tenant, name: string) => (await core.domains.get(caller, name)).state

/** A domain of the tenant's, verified. */
async function verified({ core, dns }: World, who: Tenant, name = 'own.example'): Promise<CustomDomain> {
  const domain = await core.domains.add(who.caller, name)
  publish(dns, domain)
  return core.domains.verify(who.caller, domain.id)
}

describe('a domain', () => {
  test('takes mail as soon as its records are found, and an account reads it by address', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const domain = await core.domains.add(one.caller, 'own.example')
    expect((await core.domains.verify(one.caller, domain.id)).state).toBe('pending')
    expect(await reasonOf(send(core, 'x@own.example'))).toBe('relay-denied')
    publish(dns, domain)
    const now = await core.domains.verify(one.caller, 'own.example')
    expect(now).toMatchObject({ state: 'verified', verifiedAt: core.clock.now, checkedAt: core.clock.now })
    await send(core, 'x@own.example')
    const { items } = await core.messages.list(one.caller, 'x@own.example', { limit: 10 })
    expect(items).toMatchObject([{ subject: 'Hi', address: 'x@own.example' }])
    expect(core.told.map(({ type, address, accountId }) => [type, address, accountId])).toContainEqual([
      'domain.verified',
      'own.example',
      one.account.id,
    ])
  })

  test.each([
    [
      'at the apex',
      (name: string, token: string) => ({ [name]: [txt(name, token), txt(name, 'v=spf1 -all'), mx(name, here)] }),
    ],
    [
      'in several strings, behind an alias',
      (name: string, token: string) => ({
        [`_mayfly.${name}`]: [cname(`_mayfly.${name}`, 'proof.other.test')],
        'proof.other.test': [txt('proof.other.test', token.slice(0, 9), token.slice(9))],
        [name]: [mx(name, `${here.toUpperCase()}.`)],
      }),
    ],
    [
      'with an MX of another name at the same address',
      (name: string, token: string) => ({
        [`_mayfly.${name}`]: [txt(`_mayfly.${name}`, token)],
        [name]: [mx(name, 'gone.other.test', 5), mx(name, 'mail.other.test', 20)],
        'mail.other.test': [cname('mail.other.test', 'host.other.test'), a('host.other.test', '192.0.2.25')],
      }),
    ],
  ])('is verified by records %s', async (_, zone) => {
    await using its = await world()
    const { core, dns, one } = its
    const { name, token } = await core.domains.add(one.caller, 'own.example')
    Object.assign(dns.zone, zone(name, token))
    expect((await core.domains.verify(one.caller, name)).state).toBe('verified')
  })

  test.each<[string, ReturnType<typeof mx>[]]>([
    ['nothing', []],
    ['the null MX', [mx('own.example', '.', 0)]],
    ['localhost', [mx('own.example', 'localhost')]],
    ['an IP address', [mx('own.example', '192.0.2.25')]],
    ['another server', [mx('own.example', 'other.test')]],
    ['itself', [mx('own.example', 'own.example')]],
    ['a circle of aliases', [mx('own.example', 'loop.test')]],
    ['twenty servers', Array.from({ length: 20 }, (_, at) => mx('own.example', `s${at}.test`, at))],
  ])('is not verified while its MX leads to %s', async (_, records) => {
    await using its = await world()
    const { core, dns, one } = its
    const domain = await core.domains.add(one.caller, 'own.example')
    publish(dns, domain)
    dns.zone['own.example'] = records
    dns.zone['other.test'] = [a('other.test', '192.0.2.99')]
    dns.zone['loop.test'] = [cname('loop.test', 'pool.test')]
    dns.zone['pool.test'] = [cname('pool.test', 'loop.test')]
    const looked = await core.domains.verify(one.caller, domain.id)
    expect(looked).toMatchObject({ state: 'pending', found: { txt: { is: 'there' } } })
    expect(looked.found?.mx.is).not.toBe('there')
  })

  test('for all subdomains asks for any of them, and serves each', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const domain = await core.domains.add(one.caller, '*.own.example')
    dns.zone['_mayfly.own.example'] = [txt('_mayfly.own.example', domain.token)]
    await core.domains.verify(one.caller, domain.id)
    const probe = dns.asked.find((asked) => asked.startsWith('MX ')) ?? ''
    expect(probe).toMatch(/^MX [0-9a-z]{12}\.own\.example$/)
    // A wildcard of the zone: whatever is asked for.
    Object.setPrototypeOf(
      dns.zone,
      new Proxy(
        {},
        { get: (_, name) => (String(name).endsWith('.own.example') ? [mx(String(name), here)] : undefined) },
      ),
    )
    expect((await core.domains.verify(one.caller, domain.id)).state).toBe('verified')
    await send(core, 'x@deep.down.own.example')
    expect(await reasonOf(send(core, 'x@own.example'))).toBe('relay-denied')
    expect((await core.messages.list(one.caller, 'x@deep.down.own.example', { limit: 5 })).items).toHaveLength(1)
  })

  test('fails when its records go, still takes mail, lapses after its time of grace, and is verified again', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const domain = await verified(its, one)
    const wish = { localPart: 'kept', domain: domain.name, ttlMinutes: null }
    const { mailbox } = await core.mailboxes.open(one.caller, wish, '192.0.2.1')
    core.clock.now += 4 * hour
    withdraw(dns, domain)
    await core.domains.checkDue()
    expect(await stateOf(core, one, domain.id)).toBe('failing')
    await send(core, 'kept@own.example')
    core.clock.now += 2 * day
    await core.domains.checkDue()
    expect(await stateOf(core, one, domain.id)).toBe('failing')
    core.clock.now += day
    await core.domains.checkDue()
    expect(await stateOf(core, one, domain.id)).toBe('lapsed')
    expect(await reasonOf(send(core, 'kept@own.example'))).toBe('relay-denied')
    expect(await reasonOf(core.mailboxes.open(one.caller, { domain: domain.name }, '192.0.2.1'))).toBe('domain-lapsed')
    expect((await core.messages.list(one.caller, mailbox.address, { limit: 5 })).items).toHaveLength(1)
    publish(dns, domain)
    core.clock.now += day
    await core.domains.checkDue()
    expect(await stateOf(core, one, domain.id)).toBe('verified')
    await send(core, 'again@own.example')
    const told = core.told.map(({ type }) => type).filter((type) => type.startsWith('domain.'))
    expect(told).toEqual(['domain.verified', 'domain.failing', 'domain.lapsed', 'domain.verified'])
  })

  // Two of them take the seconds in which an answer may come.
  test.concurrent.each(['servfail', 'silent', 'refused', 'wrong-id', 'cut-always'] as const)(
    'does not fail because its name server is %s',
    async (fault) => {
      await using its = await world()
      const { core, dns, one } = its
      const domain = await verified(its, one)
      dns.faults['_mayfly.own.example'] = fault
      dns.faults['own.example'] = fault
      for (let looks = 0; looks < 4; looks++) {
        core.clock.now += 5 * day
        await core.domains.checkDue()
      }
      const now = await core.domains.get(one.caller, domain.id)
      expect(now).toMatchObject({ state: 'verified', found: { txt: { is: 'unknown' }, mx: { is: 'unknown' } } })
      await send(core, 'x@own.example')
    },
  )

  test('is one account’s: a second claim waits, and learns nothing, until the first lapses', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const two = await tenant(core)
    const first = await verified(its, one)
    const second = await core.domains.add(two.caller, 'own.example')
    dns.zone['_mayfly.own.example'] = [txt('x', first.token), txt('x', second.token)].map((record) => ({
      ...record,
      name: '_mayfly.own.example',
    }))
    const waiting = await core.domains.verify(two.caller, second.id)
    expect(waiting).toMatchObject({ state: 'pending', found: { txt: { is: 'there', seen: [second.token] } } })
    expect(await reasonOf(core.mailboxes.open(two.caller, { domain: 'own.example' }, '192.0.2.1'))).toBe(
      'domain-unserved',
    )
    await send(core, 'box@own.example')
    await core.mailboxes.open(one.caller, { localPart: 'old', domain: 'own.example', ttlMinutes: null }, '192.0.2.1')

    dns.zone['_mayfly.own.example'] = [txt('_mayfly.own.example', second.token)]
    core.clock.now += 4 * hour
    await core.domains.checkDue()
    core.clock.now += 3 * day
    await core.domains.checkDue()
    expect(await stateOf(core, one, first.id)).toBe('lapsed')
    core.clock.now += day
    await core.domains.checkDue()
    expect([await stateOf(core, one, first.id), await stateOf(core, two, second.id)]).toEqual(['lapsed', 'verified'])

    // What the first has left there is neither in the second's way, nor gets his mail.
    await send(core, 'box@own.example')
    await send(core, 'old@own.example')
    const listed = async (who: Tenant, name: string) =>
      core.messages.list(who.caller, name, { limit: 5 }).then(
        ({ items }) => items.length,
        ({ reason }) => reason,
      )
    expect(await listed(two, 'box@own.example')).toBe(1)
    expect(await listed(two, 'old@own.example')).toBe(1)
    expect(await listed(one, 'old@own.example')).toBe('mailbox-unknown')
    await core.mailboxes.open(two.caller, { localPart: 'old', domain: 'own.example' }, '192.0.2.1')
  })

  test('that two accounts prove at the same moment is one’s', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const two = await tenant(core)
    const claims = [
      { who: one, domain: await core.domains.add(one.caller, 'own.example') },
      { who: two, domain: await core.domains.add(two.caller, 'own.example') },
    ]
    dns.zone['own.example'] = [mx('own.example', here)]
    dns.zone['_mayfly.own.example'] = claims.map(({ domain }) => txt('_mayfly.own.example', domain.token))
    const looked = await Promise.all(claims.map(({ who, domain }) => core.domains.verify(who.caller, domain.id)))
    expect(looked.map(({ state }) => state).toSorted()).toEqual(['pending', 'verified'])
    // Whose records are all there is told why they are not enough; nobody else hears of the other.
    for (const domain of looked) {
      const note = domain.state === 'pending' ? expect.stringContaining('another account') : null
      expect(core.domains.noteOn(domain)).toEqual(note)
    }
    const owner = looked.find(({ state }) => state === 'verified')?.accountId
    expect(core.domains.serving('own.example')?.rule.accountId).toBe(owner ?? '')
  })

  test('below another account’s is whose records are there, and the rest stays the other’s', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const all = await core.domains.add(one.caller, '*.own.example')
    await core.domains.vouch(operator, all.id)
    const two = await tenant(core)
    const below = await core.domains.add(two.caller, 'sub.own.example')
    expect((await core.domains.verify(two.caller, below.id)).state).toBe('pending')
    await send(core, 'x@sub.own.example')
    expect((await core.messages.list(one.caller, 'x@sub.own.example', { limit: 5 })).items).toHaveLength(1)
    publish(dns, below)
    expect((await core.domains.verify(two.caller, below.id)).state).toBe('verified')
    await send(core, 'x@sub.own.example')
    await send(core, 'x@other.own.example')
    expect((await core.messages.list(two.caller, 'x@sub.own.example', { limit: 5 })).items).toHaveLength(1)
    expect((await core.messages.list(one.caller, 'x@other.own.example', { limit: 5 })).items).toHaveLength(1)
    expect(await reasonOf(core.messages.list(one.caller, 'x@sub.own.example', { limit: 5 }))).toBe('mailbox-unknown')
  })

  test('serves after a restart as before', async () => {
    await using its = await world({}, { isOnDisk: true })
    const domain = await verified(its, its.one)
    expect(its.core.domains.serving('own.example')?.rule.accountId).toBe(its.one.account.id)
    await its.core.accounts.delete(operator, its.one.account.id)
    expect(its.core.domains.serving('own.example')).toBeNull()
    const other = await tenant(its.core)
    await verified(its, other, domain.name)
    its.core.close()
    const again = testCore({ config: its.core.config, file: its.file })
    expect(again.domains.serving('own.example')).toBeNull()
    await again.domains.load()
    expect(again.domains.serving('own.example')?.rule.accountId).toBe(other.account.id)
    await send(again, 'x@own.example')
    again.close()
  })

  test('is looked at as often as is good for all who ask', async () => {
    await using its = await world()
    const { core, dns, one } = its
    const domain = await core.domains.add(one.caller, 'own.example')
    dns.faults['_mayfly.own.example'] = { slowMs: 30 }
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => reasonOf(core.domains.verify(one.caller, domain.id))),
    )
    expect(asked.filter((reason) => reason === 'rate-exceeded')).toHaveLength(14)
    expect(dns.asked.filter((question) => question === 'TXT _mayfly.own.example')).toHaveLength(1)
    const refused = await core.domains.verify(one.caller, domain.id).catch((error) => error)
    expect(refused.details.retryAfterSeconds).toBeGreaterThan(0)
    const other = await core.domains.add(one.caller, 'other.example')
    await core.domains.verify(one.caller, other.id)
  })

  test('is verified by hand where no name server is asked, and that stands', async () => {
    await using its = await world({ MAYFLY_DNS_MODE: 'off' })
    const { core, dns, one } = its
    const domain = await core.domains.add(one.caller, 'own.example')
    expect(core.domains.noteOn(domain)).toContain('dns.mode is off')
    expect((await core.domains.verify(one.caller, domain.id)).state).toBe('pending')
    expect(await reasonOf(core.domains.vouch(one.caller, domain.id))).toBe('forbidden')
    expect(await core.domains.vouch(operator, 'own.example')).toMatchObject({ state: 'verified', byHand: true })
    core.clock.now += 100 * day
    await core.domains.checkDue()
    await send(core, 'x@own.example')
    expect(dns.asked).toEqual([])
    const two = await tenant(core)
    const second = await core.domains.add(two.caller, 'own.example')
    expect(await reasonOf(core.domains.vouch(operator, second.id))).toBe('domain-elsewhere')
  })
})

describe('at a verified domain', () => {
  test('mail alone makes mailboxes that are in no list, and end with their last mail', async () => {
    await using its = await world({ MAYFLY_PLANS_PRO_ACTIVE_MAILBOXES: '1', MAYFLY_PLANS_PRO_RETENTION_MINUTES: '600' })
    const { core } = its
    const who = await tenant(core, { plan: 'pro' })
    await verified(its, who)
    await core.mailboxes.open(who.caller, { localPart: 'opened', domain: 'own.example' }, '192.0.2.1')
    const [id] = await send(core, 'a+tag@own.example')
    await send(core, 'postmaster@own.example')
    const page = { state: null, before: Number.MAX_SAFE_INTEGER, limit: 10 }
    expect((await core.mailboxes.list(who.caller, page)).map(({ localPart }) => localPart)).toEqual(['opened'])
    expect(await core.mailboxes.counts(who.caller)).toEqual({ active: 1, archived: 0 })
    const message = await core.messages.get(who.caller, id ?? '')
    expect(message).toMatchObject({ address: 'a+tag@own.example', expiresAt: core.clock.now + 600 * 60_000 })
    const other = await tenant(core)
    for (const stranger of [other.caller, { kind: 'nobody' } as const]) {
      const [seen, unserved] = await Promise.all(
        ['a@own.example', 'a@nowhere.example'].map((at) => reasonOf(core.messages.list(stranger, at, { limit: 5 }))),
      )
      expect(seen).toBe(unserved)
      expect(await reasonOf(core.messages.get(stranger, id ?? ''))).not.toBe('none')
    }
    await core.messages.delete(who.caller, id ?? '')
    const place = await core.mailboxes.see(who.caller, 'a@own.example')
    expect(place).toMatchObject({ mailbox: null, accountId: who.account.id })
    await send(core, 'a@own.example')
  })

  test('a wait at an address that has had no mail hears of the first', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    const wish = { timeoutMs: 20_000, has: [], count: 1, expectNone: false, signal: new AbortController().signal }
    const waiting = core.waits.wait(one.caller, 'new@own.example', wish)
    const stranger = await tenant(core)
    expect(await reasonOf(core.waits.wait(stranger.caller, 'new@own.example', wish))).toBe('mailbox-unknown')
    await send(core, 'new@own.example')
    expect(await waiting).toMatchObject({ kind: 'arrived', messages: [{ subject: 'Hi' }] })
  })

  test('an address that mail has made is opened with what lies there', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    const [id = ''] = await send(core, 'a@own.example')
    await core.messages.get(one.caller, id)
    const { mailbox } = await core.mailboxes.open(one.caller, { localPart: 'a', domain: 'own.example' }, '192.0.2.1')
    expect(mailbox).toMatchObject({ messageCount: 1, byMail: false })
    const { items } = await core.messages.search(one.caller, { limit: 5, q: 'Hello' })
    expect(items).toHaveLength(1)
    expect(await core.mailboxes.counts(one.caller)).toMatchObject({ active: 1 })
  })

  test('only opened mailboxes take mail once that is chosen, and a catch-all takes the rest', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    await send(core, 'early@own.example')
    expect(await core.domains.change(one.caller, 'own.example', { access: 'claimed' })).toMatchObject({
      access: 'claimed',
    })
    expect(await reasonOf(send(core, 'early@own.example'))).toBe('mailbox-unknown')
    expect(await reasonOf(send(core, 'any@own.example'))).toBe('mailbox-unknown')
    const { mailbox } = await core.mailboxes.open(one.caller, { localPart: 'all', domain: 'own.example' }, '192.0.2.1')
    await core.domains.change(one.caller, 'own.example', { catchAll: mailbox.id })
    await send(core, 'any@own.example')
    expect((await core.messages.list(one.caller, mailbox.id, { limit: 5 })).items).toMatchObject([
      { address: 'any@own.example' },
    ])
    const other = await tenant(core)
    const foreign = await core.mailboxes.open(other.caller, {}, '192.0.2.1')
    const change = core.domains.change(one.caller, 'own.example', { catchAll: foreign.mailbox.address })
    expect(await reasonOf(change)).toBe('mailbox-unknown')
    // One that has ended catches nothing, and refuses nothing where mail may come by itself.
    await core.mailboxes.end(one.caller, mailbox.id, { permanent: true })
    expect(await reasonOf(send(core, 'any@own.example'))).toBe('mailbox-unknown')
    await core.domains.change(one.caller, 'own.example', { access: 'private' })
    await send(core, 'any@own.example')
    expect((await core.domains.change(one.caller, 'own.example', { catchAll: null })).catchAll).toBeNull()
  })

  test('an account that is full, or suspended, takes no more', async () => {
    await using its = await world({ MAYFLY_PLANS_PRO_ACCOUNT_BYTES: '40' })
    const { core } = its
    const who = await tenant(core, { plan: 'pro' })
    await verified(its, who)
    await send(core, 'a@own.example')
    expect(await reasonOf(send(core, 'b@own.example'))).toBe('mailbox-full')
    await core.accounts.setPlan(operator, who.account.id, 'unlimited')
    await send(core, 'b@own.example')
    await core.accounts.setSuspended(operator, who.account.id, true)
    expect(await reasonOf(send(core, 'c@own.example'))).toBe('account-suspended')
  })

  test('removing it says how many mailboxes end, and ends them', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    await core.mailboxes.open(one.caller, { localPart: 'a', domain: 'own.example' }, '192.0.2.1')
    await core.mailboxes.open(one.caller, {}, '192.0.2.1')
    await send(core, 'b@own.example')
    const refused = await core.domains.remove(one.caller, 'own.example', 0).catch((error) => error)
    expect(refused).toMatchObject({ reason: 'confirmation-needed', details: { mailboxes: 2 } })
    await core.domains.remove(one.caller, 'own.example', 2)
    expect(await reasonOf(send(core, 'a@own.example'))).toBe('relay-denied')
    expect(await reasonOf(core.domains.get(one.caller, 'own.example'))).toBe('domain-unknown')
    expect(await reasonOf(core.mailboxes.see(one.caller, 'a@own.example'))).toBe('mailbox-unknown')
    expect(await core.mailboxes.counts(one.caller)).toMatchObject({ active: 1 })
    expect((await core.domains.add(one.caller, 'own.example')).state).toBe('pending')
  })

  test('what is on its way when it is removed leaves nothing behind', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    const recipient = await core.mailboxes.accepting('x@own.example', { trusted: false, size: 0 })
    await core.domains.remove(one.caller, 'own.example')
    const arrival = core.messages.arrive({ from: 'a@b.test', recipients: [recipient], trace: () => '' })
    await arrival.write(new TextEncoder().encode(mail({}, 'Too late.')))
    expect((await arrival.commit()).messageIds).toEqual([])
    const rows = core.connection.sqlite.query('select count(*) as n from mailboxes').get()
    expect(rows).toEqual({ n: 0 })
  })

  test('an account that is deleted leaves none of its mail, and its address is another’s', async () => {
    await using its = await world()
    const { core, one } = its
    await verified(its, one)
    await send(core, 'x@own.example')
    await core.accounts.delete(operator, one.account.id)
    expect(await reasonOf(send(core, 'x@own.example'))).toBe('relay-denied')
    while (await core.mailboxes.leave());
    const two = await tenant(core)
    await verified(its, two)
    await send(core, 'x@own.example')
    expect((await core.messages.list(two.caller, 'x@own.example', { limit: 5 })).items).toHaveLength(1)
  })

  test('a plan that allows fewer takes none away, and gives none more', async () => {
    await using its = await world({ MAYFLY_PLANS_HOBBYIST_CUSTOM_DOMAINS: '1' })
    const { core } = its
    const who = await tenant(core, { plan: 'unlimited' })
    await verified(its, who, 'a.example')
    await verified(its, who, 'b.example')
    await core.accounts.setPlan(operator, who.account.id, 'hobbyist')
    const { caller } = { caller: { ...who.caller, account: { ...who.account, plan: 'hobbyist' } } }
    expect(await reasonOf(core.domains.add(caller, 'c.example'))).toBe('quota-exceeded')
    await send(core, 'x@a.example')
    await send(core, 'x@b.example')
  })
})

describe('thousands of domains', () => {
  test('are looked at a few at once, and one account’s keep no other waiting', async () => {
    await using its = await world({ MAYFLY_DNS_FIRST_CHECK_SECONDS: '1' })
    const { core, dns } = its
    const [many, few] = [await tenant(core), await tenant(core)]
    for (let at = 0; at < 1000; at++) await core.domains.add(many.caller, `d${at}.example`)
    const own = await core.domains.add(few.caller, 'few.example')
    core.clock.now += 1000
    await core.domains.checkDue()
    const at = dns.asked.indexOf(`TXT _mayfly.${own.name}`)
    expect(at).toBeWithin(0, 40)
    // Of one account four are looked at at once, each by two questions.
    expect(dns.mostAtOnce()).toBeLessThanOrEqual(32)
    expect(new Set(dns.asked.filter((asked) => asked.startsWith('MX '))).size).toBe(1001)
    const asked = dns.asked.length
    await core.domains.checkDue()
    expect(dns.asked.length).toBe(asked)
  })

  test('are due again after the clock was set back', async () => {
    await using its = await world()
    const { core, dns, one } = its
    await verified(its, one)
    core.clock.now -= 400 * day
    dns.asked.length = 0
    await core.domains.checkDue()
    expect(dns.asked).not.toEqual([])
  })
})
