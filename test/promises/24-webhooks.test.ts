// Promise 24: webhooks arrive at least once through crashes of either side, and cost SMTP nothing.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail } from '../core.ts'
import { emptyDirectory, json, run, serve } from '../executable/launch.ts'
import { keepSending, type Sent } from '../executable/sender.ts'
import { at, until } from '../http/serve.ts'
import { onLoopback, type Receiver, receiver, stage } from '../webhooks/receiver.ts'
import { figures, percentile, size } from './promise.ts'

const rounds = size(4, 100)
const mailsEach = size(15, 60)
const deliveries = size(1000, 10_000)
const targets = size(200, 1000)

const messageOf = (got: { json: unknown }): string =>
  String(at(got.json, 'data', 'message', 'id') ?? at(got.json, 'data', 'email_id'))

const pro = (api: string): string => new URL('/pro/api/webhooks', api).href

/** What each mail is told of as: when it is stored, and once it was read. */
const tellings = ['message.stored', 'email.received']

test(`promise 24: kill -9 of the server, before mail was read and after, and crashes of the receiver lose no delivery, over ${rounds} rounds`, async () => {
  using directory = emptyDirectory()
  const env = { MAYFLY_LOG_LEVEL: 'error', ...onLoopback }
  const email = 'owner@tenant.example'
  await run(directory, ['account', 'create', '--email', email, '--plan', 'unlimited'])
  const key = (await run(directory, ['key', 'create', '--account', email])).out.trim().split('\n').at(-1) ?? ''
  const headers = { authorization: `Bearer ${key}` }
  const arrived = new Map<string, Set<string>>()
  let attempts = 0
  const note = (there: Receiver): Receiver => {
    there.answer.by = async (got) => {
      attempts++
      const telling = `${got.type} ${messageOf(got)}`
      arrived.set(telling, (arrived.get(telling) ?? new Set()).add(got.id))
      // So that there is always something stored and not delivered yet.
      await Bun.sleep(5)
      return new Response()
    }
    return there
  }
  let there = note(receiver())
  const journal: Sent[] = []
  for (let round = 0; round <= rounds; round++) {
    await using server = await serve(directory, env)
    if (round === 0) {
      for (let n = 0; n < 5; n++) {
        for (const name of ['one', 'two']) {
          const body = { localPart: `${name}-${n}`, domain: 'mayfly.test', ttlMinutes: 10_000 }
          expect(await json(`${server.api}/mailboxes`, { headers, body })).toMatchObject({ state: 'active' })
        }
      }
      const body = { url: there.url, events: ['message.stored'] }
      expect(await json(`${server.api}/webhooks`, { headers, body })).toMatchObject({ state: 'active' })
      const words = { url: there.url, events: ['email.received'] }
      expect(await json(pro(server.api), { headers, body: words })).toMatchObject({ status: 'active' })
      await server.end('SIGTERM')
      continue
    }
    let over = false
    const isOver = (): boolean => over
    const sending = ['one', 'two'].map((name) => keepSending(server.smtp, name, journal, isOver))
    const enough = journal.length + Math.random() * 2 * mailsEach
    await until(() => journal.length >= enough)
    if (round % 4 === 2) {
      // What is on its way to it then is tried again.
      await there.close()
      await until(() => journal.length >= enough + 5)
      there = note(receiver(there.port))
    }
    await server.end('SIGKILL')
    over = true
    await Promise.all(sending)
    expect(server.log()).not.toContain('defect')
  }
  await using server = await serve(directory, env)
  // Twenty failures in a row, while the receiver was away, are enough for Mail.cx's to be given up on: this has it go on.
  const { webhooks } = await json<{ webhooks: { id: string }[] }>(pro(server.api), { headers })
  const rotate = `${pro(server.api)}/${webhooks[0]?.id}/rotate`
  expect(await json(rotate, { headers, body: {} })).toMatchObject({ secret: expect.any(String) })
  const missing = (): string[] =>
    journal.flatMap(({ id }) => tellings.map((type) => `${type} ${id}`)).filter((one) => !arrived.has(one))
  await until(() => missing().length === 0)
  // However often one came, it was the same event.
  expect([...arrived.values()].filter(({ size }) => size !== 1)).toEqual([])
  expect(await server.end('SIGTERM')).toBe(0)
  await there.close()
  figures(`${rounds} kills, ${journal.length} mails acknowledged, each told of twice (${attempts} attempts arrived)`)
}, 3_600_000)

test(`promise 24: of ${deliveries} deliveries each arrives, first attempts in order`, async () => {
  await using there = receiver()
  await using here = await stage()
  const { secret } = await here.hook(there.url)
  expect(secret).toStartWith('whsec_')
  const stored: string[] = []
  for (let n = 0; n < deliveries; n++) stored.push(await here.mail(`mail ${n}`))
  await there.until(deliveries)
  await here.settled()
  expect(there.got.map(messageOf)).toEqual(stored)
  const seqs = there.got.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((one, other) => one - other))
  expect(new Set(there.got.map(({ id }) => id)).size).toBe(deliveries)
  figures(`${deliveries} deliveries, each arrived once and in order`)
}, 3_600_000)

test(`promise 24: ${targets} dead targets hold up no mail and no other target`, async () => {
  await using there = receiver()
  await using here = await stage()
  const { core } = here
  await here.hook(there.url)
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now()
    await work()
    return performance.now() - began
  }
  // Ready: it answered once.
  await here.mail('the first')
  await there.until(1)
  let hanging = 0
  using silent = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: () => void hanging++, data: () => {}, error: () => {} },
  })
  const gone = receiver()
  await gone.close()
  const each = 10
  for (let n = 0; n < targets / each; n++) {
    const { caller } = await tenant(core)
    const url = n % 2 === 0 ? `http://127.0.0.1:${silent.port}/` : gone.url
    for (let hook = 0; hook < each; hook++) await core.webhooks.create(caller, { url, events: ['message.stored'] })
    const { mailbox } = await core.mailboxes.open(caller, { localPart: `dead-${n}` }, '192.0.2.1')
    await deliver(core, mailbox.address, mail({ Subject: 'x' }, 'x'))
  }
  await until(() => hanging >= targets / 2)
  const stored: number[] = []
  const told: number[] = []
  for (let n = 0; n < 200; n++) {
    const began = performance.now()
    stored.push(await timed(() => here.mail(`mail ${n}`)))
    await there.until(n + 2)
    told.push(performance.now() - began)
  }
  const [storedMs, toldMs] = [stored, told].map((times) => Math.ceil(percentile(times, 0.99)))
  figures(`${targets} dead targets: mail stored in ${storedMs} ms and told of in ${toldMs} ms (p99)`)
  expect(storedMs).toBeLessThan(500)
  expect(toldMs).toBeLessThan(500)
}, 3_600_000)
