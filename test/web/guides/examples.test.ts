// Every example of every guide, as it stands, against the executable: what the guides show as its answer has the same shape.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { type ApiName, apiNames, apis, exampleOrigin } from '../../../src/web/app/guides/apis.ts'
import type { Call, Calls } from '../../../src/web/app/guides/call.ts'
import { linesOf, type Program, programs } from '../../../src/web/app/guides/lines.ts'
import { type NameServer, nameServer } from '../../domains/name-server.ts'
import { type Directory, emptyDirectory, json, type Running, run, serve } from '../../executable/launch.ts'
import { said } from '../../executable/replay.ts'
import { type Outcome, openPrograms, type Programs } from './programs.ts'

const ann = 'ann@example.com'
const password = 'correct horse battery'
const folder = join(import.meta.dir, '../../../src/web/app/guides/answers')
/** `WRITE_ANSWERS=1`: the answers that the guides show are written anew, of what came. */
const writes = process.env['WRITE_ANSWERS'] === '1'

let directory: Directory
let dns: NameServer
let server: Running
let running: Programs
const keys = new Map<string, string>()
let browserKey = ''

beforeAll(async () => {
  directory = emptyDirectory()
  dns = await nameServer()
  running = openPrograms()
  server = await serve(directory, {
    MAYFLY_DOMAINS: 'mail.example',
    MAYFLY_SMTP_HOSTNAME: 'mx.mail.example',
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_MAILBOXES_QUARANTINE_HOURS: '0',
    MAYFLY_SERVER_REGISTRATION: 'open',
  })
  // The keys are hers, and she runs the server: so do they.
  const create = ['account', 'create', '--email', ann, '--plan', 'unlimited', '--admin', '--password-stdin']
  const made = await run(directory, create, {}, `${password}\n`)
  expect([made.code, made.err]).toEqual([0, ''])
  for (const [name, { prefix }] of Object.entries(apis))
    keys.set(name, await said(directory, ['key', 'create', '--account', ann, '--prefix', prefix]))
  const restricted = await json<{ key: string }>(`${server.api}/keys`, {
    headers: { authorization: `Bearer ${keys.get('native')}` },
    body: { name: 'page', origins: [new URL(exampleOrigin).host] },
  })
  browserKey = restricted.key
}, 60_000)

afterAll(async () => {
  await running?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  await dns?.[Symbol.asyncDispose]()
  directory?.[Symbol.dispose]()
})

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((one, name) => (one instanceof Object ? Reflect.get(one, name) : undefined), value)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where what came has other fields or types than what is shown. Null is of every type, and a list may be empty. */
function differences(shown: unknown, came: unknown, path = ''): string[] {
  if (shown === null || came === null) return []
  if (Array.isArray(shown) && Array.isArray(came))
    return shown.length === 0 || came.length === 0 ? [] : differences(shown[0], came[0], `${path}.0`)
  if (!isRecord(shown) || !isRecord(came))
    return typeof shown === typeof came && Array.isArray(shown) === Array.isArray(came) ? [] : [`${path}: another type`]
  const names = new Set([...Object.keys(shown), ...Object.keys(came)])
  return [...names].flatMap((name) =>
    name in shown && name in came
      ? differences(shown[name], came[name], `${path}.${name}`)
      : [`${path}.${name}: ${name in shown ? 'did not come' : 'is not shown'}`],
  )
}

async function mailTo(address: string): Promise<void> {
  const sender = createTransport({ host: '127.0.0.1', port: server.smtp, ignoreTLS: true })
  await sender.sendMail({
    from: 'Shop <shop@example.com>',
    to: address,
    subject: 'Welcome',
    text: 'Your code is 482913.',
    html: '<p>Your code is <b>482913</b>. <a href="https://shop.example.com/confirm">Confirm</a></p>',
    attachments: [{ filename: 'hello.txt', content: 'Hello!', contentType: 'text/plain' }],
  })
  // All APIs show it whole once it was read.
  await json(`${server.api}/mailboxes/${address}/wait?has=code`, {
    headers: { authorization: `Bearer ${keys.get('native')}` },
  })
}

/** Somebody who joins the account; answers his id. */
async function colleague(): Promise<string> {
  const headers = { authorization: `Bearer ${keys.get('native')}` }
  const { token } = await json<{ token: string }>(`${server.api}/invitations`, { headers, body: {} })
  const email = `${crypto.randomUUID()}@example.com`
  await json(`${server.api}/invitations/accept`, { body: { token, email, password: 'correct horse' } })
  const { items } = await json<{ items: { id: string; email: string }[] }>(`${server.api}/members`, { headers })
  return items.find((one) => one.email === email)?.id ?? ''
}

/** What somebody orders who has no account yet. */
async function order(): Promise<{ id: string; secret: string }> {
  const made = await json<{ invoice_id: string; checkout_url: string }>(`http://127.0.0.1:${server.http}/keys`, {
    body: { plan: 'pro', rail: 'manual' },
  })
  return { id: made.invoice_id, secret: new URL(made.checkout_url).hash.slice(1) }
}

async function pay(id: string): Promise<void> {
  await json(`${server.api}/admin/invoices/${id}/pay`, {
    headers: { authorization: `Bearer ${keys.get('native')}` },
    body: {},
  })
}

type Answers = Record<string, unknown>

const answersOf = (name: ApiName): Promise<Answers> => Bun.file(join(folder, `${name}.json`)).json()

/** Of lists one thing is shown. */
function short(value: unknown): unknown {
  if (Array.isArray(value)) return (isRecord(value[0]) ? value.slice(0, 1) : value.slice(0, 4)).map(short)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, short(one)]))
}

/** What is never shown as it came, since it would look like something to use. */
const tidy = (text: string): string =>
  text
    .replaceAll(`http://127.0.0.1:${server.http}`, 'https://mail.example')
    .replace(/("(?:key|secret|token)": ")(?!eyJ)((?:[a-z]+_)*)[^"]{16,}"/g, '$1$2…"')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…')
    .replace(/(#)[\w-]{20,}/g, '$1…')

async function walk(name: ApiName, program: Program, seen: Answers): Promise<void> {
  const calls: Calls = apis[name].calls
  const base = `http://127.0.0.1:${server.http}`
  const env: Record<string, string> = {
    MAYFLY_KEY: keys.get(name) ?? '',
    ADDRESS: `${name}-${program.toLowerCase()}@mail.example`,
    OWN_ADDRESS: `own-${program.toLowerCase()}@mail.example`,
    MAILBOX_PASSWORD: 'correct-horse-7',
    MAYFLY_EMAIL: ann,
    MAYFLY_PASSWORD: password,
    NEW_EMAIL: `${program.toLowerCase()}@example.com`,
    NEW_PASSWORD: password,
  }
  const start = (lines: string): Promise<Outcome> => running.run(program, lines, env)
  /** Mail comes until the example, which has to begin first, has seen some. */
  const withMail = async (outcome: Promise<Outcome>): Promise<Outcome> => {
    let isOver = false
    Promise.allSettled([outcome]).then(() => {
      isOver = true
    })
    while (!isOver) await mailTo(env['ADDRESS'] ?? '')
    return outcome
  }
  const make = async (id: string, call: Call): Promise<Outcome> => {
    const began = start(linesOf(call, program, { base, known: {} }))
    const answer = call.isStream ? await withMail(began) : await began
    // Of a stream curl writes what comes, and no more.
    const status = call.isStream && program === 'curl' ? 0 : call.status
    expect([name, program, id, answer.status, answer.body]).toEqual([name, program, id, status, answer.body])
    for (const [variable, path] of Object.entries(call.keep ?? {})) env[variable] = String(at(answer.body, path))
    return answer
  }
  for (const [id, call] of Object.entries(calls)) {
    if (call.after === 'mail') await mailTo(env['ADDRESS'] ?? '')
    if (call.after === 'colleague') env['COLLEAGUE_ID'] = await colleague()
    if (call.after === 'order') {
      const { id, secret } = await order()
      Object.assign(env, { ORDER_ID: id, ORDER_SECRET: secret })
    }
    if (call.after === 'paid') await pay(env['ORDER_ID'] ?? '')
    for (const one of call.again ?? []) {
      const earlier = calls[one]
      if (earlier) await make(one, earlier)
    }
    const { body } = await make(id, call)
    if (call.status === 204) expect(body).toBeNull()
    else if (call.isText) expect(body).toBeString()
    else seen[id] = body
  }
  env['MAYFLY_KEY'] = browserKey
  await mailTo(env['ADDRESS'] ?? '')
  await make('browser', apis[name].browser)
  env['MAYFLY_KEY'] = 'mayfly_nothing'
  const refused = await running.run(program, linesOf(apis[name].browser, program, { base, known: {} }), env)
  // Python raises an error for it, as its users know.
  if (program === 'Python') expect(String(refused.body)).toContain('401')
  else {
    expect(refused.status).toBe(401)
    seen['error'] = refused.body
  }
}

for (const name of apiNames) {
  for (const program of programs) {
    test.skipIf(program === 'Python' && Bun.which('python3') === null)(
      `${apis[name].title}: every example in ${program} does what its guide says`,
      async () => {
        const seen: Answers = {}
        await walk(name, program, seen)
        if (writes && program === 'curl') {
          await Bun.write(join(folder, `${name}.json`), `${tidy(JSON.stringify(short(seen), null, 2))}\n`)
        }
        const shown = await answersOf(name)
        if (program === 'Python') delete shown['error']
        expect(differences(shown, seen)).toEqual([])
      },
      120_000,
    )
  }
}
