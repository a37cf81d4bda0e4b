// A domain brought from nothing to a mail that is read, in each of the services' APIs that have domains, with the executable
// and a real name server; and one that every one of them shows in the same state while its records come and go.
import { describe, expect, test } from 'bun:test'
import { mx, type NameServer, nameServer, txt } from '../domains/name-server.ts'
import { at, listIn } from '../http/serve.ts'
import { emptyDirectory, type Running, run, serve } from './launch.ts'
import { sendTo } from './sender.ts'

const ann = 'ann@example.test'
const name = 'own.example'
const here = 'mx.here.test'
const password = 'open sesame'

type Said = { status: number; json: unknown }

type World = {
  server: Running
  dns: NameServer
  /** Sets the TXT record, as the account was told to, and the MX. */
  publish: (token: unknown) => void
  /** With the account's key, or another credential. */
  call: (method: string, path: string, body?: object, credential?: string) => Promise<Said>
  command: (words: string) => Promise<string>
  /** Ends the server, and starts it with another config. */
  restart: (env: Record<string, string>) => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

async function world(): Promise<World> {
  const dns = await nameServer()
  const directory = emptyDirectory()
  const all = {
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_FIRST_CHECK_SECONDS: '1',
    MAYFLY_SMTP_HOSTNAME: here,
    MAYFLY_SMTP_TRUSTED_NETWORKS: '10.0.0.0/8',
    MAYFLY_DOMAINS: 'mayfly.test',
  }
  const command = async (words: string): Promise<string> => {
    const { code, out, err } = await run(directory, words.split(' '), all)
    if (code !== 0) throw new Error(`mayfly ${words} ended with ${code}: ${err}`)
    return out.trim()
  }
  await command(`account create --email ${ann}`)
  const key = await command(`key create --account ${ann}`)
  let server = await serve(directory, all)
  return {
    get server() {
      return server
    },
    restart: async (env) => {
      await server.end('SIGTERM')
      server = await serve(directory, { ...all, ...env })
    },
    dns,
    command,
    publish: (token) => {
      dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, String(token))]
      dns.zone[name] = [mx(name, here)]
    },
    call: async (method, path, body, credential = key) => {
      const answer = await fetch(`http://127.0.0.1:${server.http}${path}`, {
        method,
        headers: {
          ...(credential === '' ? {} : { authorization: `Bearer ${credential}` }),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await answer.text()
      return { status: answer.status, json: text === '' ? {} : JSON.parse(text) }
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
      await dns[Symbol.asyncDispose]()
    },
  }
}

const send = (server: Running, to: string): Promise<string> => sendTo(server, to, 'Your code is 482913.')

/** Asks until it is so: the server looks at records by itself, and nobody tells of it here. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50)
}

describe('from nothing to a mail', () => {
  test('in MinuteMail', async () => {
    await using its = await world()
    const { call, dns } = its
    const added = await call('POST', '/v1/domains', { name })
    expect([added.status, at(added.json, 'status'), at(added.json, 'mxTarget')]).toEqual([201, 'pending', here])
    expect((await call('POST', '/v1/mailboxes', { domain: name })).status).toBe(400)
    // Both at the domain itself: this API names no other place.
    dns.zone[name] = [txt(name, String(at(added.json, 'txtToken'))), mx(name, String(at(added.json, 'mxTarget')))]
    const verified = await call('POST', `/v1/domains/${at(added.json, 'id')}/verify`)
    expect([verified.status, at(verified.json, 'status')]).toEqual([200, 'verified'])
    const box = await call('POST', '/v1/mailboxes', { domain: name })
    expect([box.status, at(box.json, 'domain')]).toEqual([201, name])
    expect(await send(its.server, String(at(box.json, 'address')))).toStartWith('250')
    const mails = await call('GET', `/v1/mailboxes/${at(box.json, 'id')}/mails`)
    expect(at(mails.json, 'items', 0)).toMatchObject({ subject: 'Hi', body: expect.stringContaining('482913') })
    expect((await call('DELETE', `/v1/domains/${at(added.json, 'id')}`)).status).toBe(204)
    expect(await send(its.server, String(at(box.json, 'address')))).toStartWith('550')
  })

  test('in Mail.cx', async () => {
    await using its = await world()
    const { call, dns } = its
    const added = await call('POST', '/pro/api/domains', { domain: name })
    expect(added.status).toBe(201)
    const id = String(at(added.json, 'id'))
    const address = `shop@${name}`
    const made = () => call('POST', '/api/accounts', { address, password })
    expect(at((await made()).json, 'error')).toBe('invalid_domain')
    const [first, second] = listIn(added.json, 'dns_records')
    const look = () => call('POST', `/pro/api/domains/${id}/verify`)
    dns.zone[String(at(first, 'host'))] = [txt(String(at(first, 'host')), String(at(first, 'value')))]
    expect((await look()).json).toMatchObject({ verify_status: 'pending', txt_record: true, mx_record: false })
    dns.zone[String(at(second, 'host'))] = [
      mx(String(at(second, 'host')), String(at(second, 'value')), Number(at(second, 'priority'))),
    ]
    expect((await look()).json).toMatchObject({ verify_status: 'verified', txt_record: true, mx_record: true })
    const listed = await call('GET', '/pro/api/domains')
    expect(at(listed.json, 'domains', 0)).toMatchObject({ verify_status: 'verified', mx_configured: true })
    const anybody = await call('POST', '/api/accounts', { address, password }, '')
    expect([anybody.status, at(anybody.json, 'error')]).toEqual([400, 'invalid_domain'])
    const box = await made()
    expect([box.status, at(box.json, 'address')]).toEqual([201, address])
    expect(await send(its.server, address)).toStartWith('250')
    const token = String(at(box.json, 'token'))
    const messages = await call('GET', '/api/messages', undefined, token)
    expect(at(messages.json, 'messages', 0)).toMatchObject({ subject: 'Hi' })
    const open = await call('GET', '/api/domains', undefined, '')
    expect(listIn(open.json, 'domains').map((one) => at(one, 'domain'))).toEqual(['mayfly.test'])
  })

  test('in DustMail, whose domains are added at the command line', async () => {
    await using its = await world()
    const { call, command, publish } = its
    const [line = ''] = (await command(`domain add ${name}`)).split('\n')
    const domains = async () => listIn((await call('POST', '/api/v1/inbox')).json, 'meta', 'available_domains')
    expect(await domains()).toEqual(['mayfly.test'])
    const refused = await call('POST', '/api/v1/inbox', { domain: name })
    expect([refused.status, at(refused.json, 'error')]).toEqual([403, 'domain_not_allowed'])
    publish(/"(.+)"/.exec(line)?.[1])
    await command(`domain verify ${name}`)
    expect(await domains()).toEqual(['mayfly.test', name])
    const box = await call('POST', '/api/v1/inbox', { username: 'shop', domain: name })
    expect([box.status, at(box.json, 'data', 'email')]).toEqual([201, `shop@${name}`])
    expect(await send(its.server, `shop@${name}`)).toStartWith('250')
    const shown = await call('GET', `/api/v1/inbox/${at(box.json, 'data', 'id')}`)
    expect(at(shown.json, 'data', 'emails', 0)).toMatchObject({
      subject: 'Hi',
      text: expect.stringContaining('482913'),
    })
  })

  test('in MailFade, whose domains are added natively', async () => {
    await using its = await world()
    const { call, publish } = its
    const added = await call('POST', '/mayfly/v1/domains', { name })
    const inbox = (credential?: string) => call('GET', `/inbox/any@${name}`, undefined, credential)
    expect([(await inbox()).status, at((await inbox()).json, 'error')]).toEqual([400, 'invalid_address'])
    publish(at(added.json, 'records', 0, 'value'))
    // Nobody asks for a look: the server looks by itself.
    await until(async () => (await inbox()).status === 200)
    expect((await inbox()).json).toEqual({ address: `any@${name}`, count: 0, emails: [] })
    expect(at((await inbox('')).json, 'error')).toBe('key_required')
    expect(await send(its.server, `any@${name}`)).toStartWith('250')
    const listed = await inbox()
    expect(listed.json).toMatchObject({ count: 1, emails: [{ subject: 'Hi' }] })
    const message = await call('GET', `/message/${at(listed.json, 'emails', 0, 'id')}`)
    expect(message.json).toMatchObject({ text: expect.stringContaining('482913') })
    expect((await inbox('')).status).toBe(401)
  })
})

test('records that go and come back are seen by the server itself, and in every API alike', async () => {
  await using its = await world()
  const { call, command, dns, publish } = its
  const [line = ''] = (await command(`domain add ${name}`)).split('\n')
  publish(/"(.+)"/.exec(line)?.[1])
  const state = async () => at((await call('GET', `/mayfly/v1/domains/${name}`)).json, 'state')
  const seen = async () => ({
    minutemail: at((await call('GET', '/v1/domains')).json, 'items', 0, 'status'),
    mailcx: at((await call('GET', '/pro/api/domains')).json, 'domains', 0, 'verify_status'),
    dustmail: listIn((await call('POST', '/api/v1/inbox')).json, 'meta', 'available_domains').includes(name),
    mailfade: (await call('GET', `/inbox/free@${name}`)).status,
    run2mail: (await call('GET', `/api/v1/emails/free@${name}/messages`)).status,
    mail: (await send(its.server, `any@${name}`)).slice(0, 3),
  })
  const open = { minutemail: 'verified', mailcx: 'verified', dustmail: true, mailfade: 200, run2mail: 200, mail: '250' }
  await until(async () => (await state()) === 'verified')
  expect(await seen()).toEqual(open)
  const records = dns.zone[name] ?? []
  dns.faults[name] = 'servfail'
  expect(await command(`domain verify ${name}`)).toContain('verified')
  delete dns.faults[name]
  delete dns.zone[name]
  // Verified ones are looked at every minute at most, if nobody asks.
  await command(`domain verify ${name}`)
  expect(await state()).toBe('failing')
  expect(await seen()).toEqual(open)
  expect(await command('domain list')).toContain('failing')
  // From here on the server looks by itself. Without any time of grace it has lapsed at the next look.
  await its.restart({ MAYFLY_DNS_GRACE_HOURS: '0' })
  await until(async () => (await state()) === 'lapsed')
  expect(await seen()).toEqual({
    minutemail: 'pending',
    mailcx: 'pending',
    dustmail: false,
    mailfade: 400,
    run2mail: 403,
    mail: '550',
  })
  const expired = await call('POST', '/api/accounts', { address: `shop@${name}`, password })
  expect([expired.status, at(expired.json, 'error')]).toEqual([410, 'domain_expired'])
  dns.zone[name] = records
  await until(async () => (await state()) === 'verified')
  expect(await seen()).toEqual(open)
  // What had come before is still there.
  expect(at((await call('GET', `/inbox/any@${name}`)).json, 'count')).toBe(3)
})
