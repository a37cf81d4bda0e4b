// What every API says to input that is not as it should be, in every call that its document names: each refusal in the
// API's own words, and none in anybody else's.
import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn } from '../http/serve.ts'
import { apis, native } from './apis.ts'
import { bodyOf, filled, type Operation, operationsOf, record, type Sent, sent } from './documented.ts'
import { type Called, type Speaking, visited } from './speaking.ts'

const anyId = '01900000-0000-7000-8000-000000000000'
/** What stands in paths, unless a test says otherwise: nothing is there. */
const nowhere: Record<string, string> = Object.fromEntries(
  [
    ...['id', 'mailbox', 'mail', 'attachment', 'domain', 'member', 'invitation', 'n', 'ticket'],
    ...['account', 'message', 'token', 'index', 'webhook', 'invoiceId'],
  ].map((name) => [name, anyId]),
)
const places = { ...nowhere, address: 'nowhere@mayfly.test' }
const smallMails = { MAYFLY_SMTP_MAX_MESSAGE_BYTES: '65536' }

const rowOf = (api: Speaking, { name }: Operation): Sent => sent[api.name]?.[name] ?? {}

type Here = Awaited<ReturnType<typeof visited>>
let signedIn = 0

/** What a call is made with: the account's key, or what a mailbox of its own that is signed in to gives. */
async function secretFor(here: Here, api: Speaking, one: Operation): Promise<string> {
  if (!api.byMailbox || !credentials(one)?.includes(api.byMailbox)) return here.secret
  const address = `signed-in-${++signedIn}@mayfly.test`
  const { json } = await here.call('POST', '/api/accounts', { body: { address, password: 'open sesame' } })
  return String(json['token'])
}

/** The call with a good body; a list of ids holds one that nobody has. */
function called(api: Speaking, one: Operation, more: Partial<Called> = {}): Called {
  const { body, headers } = bodyOf(rowOf(api, one), [anyId])
  const wished = body === undefined ? {} : { body }
  const path = filled(one.path, places) + (rowOf(api, one).query ?? '')
  return { method: one.method, path, ...wished, headers, ...more }
}

/** The names of the ways to say who one is; null where it does not matter. */
function credentials({ operation }: Operation): string[] | null {
  const ways = listIn(operation, 'security').map((one) => record(one).map(([name]) => name))
  return ways.length === 0 ? null : ways.flatMap((names) => (names.length === 0 ? ['none'] : names))
}

const jsonBody = ({ operation }: Operation): unknown =>
  at(operation, 'requestBody', 'content', 'application/json', 'schema')
const isForm = ({ operation }: Operation): boolean =>
  at(operation, 'requestBody', 'content', 'multipart/form-data') !== undefined

/** A value that no schema of this kind takes. */
const wrongFor = (schema: unknown): unknown => (at(schema, 'type') === 'object' ? [] : {})

const fits = (path: string, url: string): boolean => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(url)

// Pages for people, which say no as pages do.
const isForClients = ({ path }: Operation): boolean => !path.startsWith('/view/')

describe.each(apis.map((api) => [api.name, api] as const))('%s', (name, api) => {
  const operations = operationsOf(name).then((all) => all.filter(isForClients))
  const isForeign = api !== native
  /** Some refusal of the caller's fault, in the API's own words; natively it depends on who may what, first. */
  const isRefused = expect.stringMatching(/^4\d\d [a-z][a-z_-]+$/)
  const isInvalid = isForeign
    ? expect.stringMatching(new RegExp(`^${api.refusals['malformed JSON'].slice(0, 4)}[a-z_]+$`))
    : isRefused

  test('every call of the document is walked', async () => {
    const names = (await operations).map((one) => one.name)
    expect(names.length).toBeGreaterThan(2)
    if (isForeign) expect(Object.keys(sent[name] ?? {}).toSorted()).toEqual(names.toSorted())
  })

  test('no key, an empty one, a wrong one and a revoked one are refused', async () => {
    await using here = await visited()
    const revoked = await tenant(here.core)
    await here.core.keys.revoke(revoked.caller, revoked.caller.key?.id ?? '')
    for (const one of await operations) {
      const ways = credentials(one)
      if (ways === null || !ways.includes('bearer')) continue
      const call = called(api, one)
      const refused = async (secret: string, headers = {}) =>
        here.answered(api, { ...call, headers: { ...call.headers, ...headers } }, secret)
      if (!ways.includes('none')) {
        const own = isForeign ? api.refusals['a wrong key'] : '401 credential-missing'
        const keyless = api.keyless ?? api.needsKey ?? own
        expect([one.name, await refused('')]).toEqual([one.name, keyless])
        expect([one.name, await refused('', { authorization: 'Bearer ' })]).toEqual([one.name, keyless])
      }
      for (const secret of ['wrong', `${here.secret}x`, 'x'.repeat(5000)])
        expect([one.name, await refused(secret)]).toEqual([one.name, api.refusals['a wrong key']])
      expect([one.name, await refused(revoked.secret)]).toEqual([one.name, api.refusals['a revoked key']])
      if (!ways.includes('apiKey')) continue
      const byHeader = (key: string) => refused('', { 'x-api-key': key })
      expect([one.name, await byHeader('wrong')]).toEqual([one.name, api.refusals['a wrong key']])
      expect([one.name, await byHeader(revoked.secret)]).toEqual([one.name, api.refusals['a revoked key']])
    }
  })

  test('a body that is no JSON object, or not sent as one, is refused', async () => {
    await using here = await visited()
    for (const one of (await operations).filter(jsonBody)) {
      const secret = await secretFor(here, api, one)
      const refused = (body: string, type = 'application/json') =>
        here.answered(api, called(api, one, { body, headers: { 'content-type': type } }), secret)
      const due = (code: string) => (isForeign ? code : isRefused)
      for (const body of ['{', '{"a":1,}', 'null', '[]', '"x"', '1', '\u0000', '{"a":1}x'])
        expect([one.name, body, await refused(body)]).toEqual([one.name, body, due(api.refusals['malformed JSON'])])
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'text/html; charset=utf-8',
        'x',
        'multipart/form-data; boundary=x',
      ])
        expect([one.name, type, await refused('{}', type)]).toEqual([
          one.name,
          type,
          due(api.refusals['a wrong content type']),
        ])
    }
  })

  test('a field that is missing or of a wrong type is refused', async () => {
    await using here = await visited()
    for (const one of (await operations).filter(jsonBody)) {
      const schema = jsonBody(one)
      const good = bodyOf(rowOf(api, one), [anyId]).body
      const secret = await secretFor(here, api, one)
      const answer = (body: object) => here.answered(api, called(api, one, { body }), secret)
      for (const [field, shape] of record(at(schema, 'properties')))
        expect([one.name, field, await answer({ ...Object(good), [field]: wrongFor(shape) })]).toEqual([
          ...[one.name, field],
          isInvalid,
        ])
      for (const field of listIn(schema, 'required')) {
        const { [String(field)]: _, ...rest } = Object(good)
        expect([one.name, field, await answer(rest)]).toEqual([one.name, field, isInvalid])
      }
    }
  })

  test(`a field that is unknown is ${isForeign ? 'let pass' : 'refused'}`, async () => {
    // Each its own, since some calls can be made once.
    await using one = await visited()
    await using other = await visited()
    for (const operation of (await operations).filter(jsonBody)) {
      const { body } = bodyOf(rowOf(api, operation), [anyId])
      const more = called(api, operation, { body: { ...Object(body), colour: 'red' } })
      if (isForeign) {
        const usual = await one.answer(called(api, operation), await secretFor(one, api, operation))
        const again = await other.answer(more, await secretFor(other, api, operation))
        expect([operation.name, again.status]).toEqual([operation.name, usual.status])
      } else expect([operation.name, await one.answered(api, more)]).toEqual([operation.name, isRefused])
    }
  })

  if (isForeign)
    test('a body that a call does not ask for does no harm', async () => {
      await using here = await visited()
      for (const one of await operations) {
        if (one.method === 'GET' || jsonBody(one) || isForm(one)) continue
        const { status } = await here.answer(called(api, one))
        for (const body of ['{', '[]', '{"ids":[]}', '\u0000'])
          expect([one.name, body, (await here.answer(called(api, one, { body }))).status]).toEqual([
            one.name,
            body,
            status,
          ])
      }
    })

  test('a form that is none is refused', async () => {
    await using here = await visited()
    const box = await here.open(api)
    for (const one of (await operations).filter(isForm)) {
      const path = filled(one.path, { ...places, mailbox: box.id })
      const bodies: [string, string][] = [
        ['{}', 'application/json'],
        ['sender=a%40b.test', 'application/x-www-form-urlencoded'],
        ['--x--\r\n', 'multipart/form-data'],
        ['--x--\r\n', 'multipart/form-data; boundary=x'],
        ['nothing', 'multipart/form-data; boundary=x'],
        [
          '--x\r\nContent-Disposition: form-data; name="subject"\r\n\r\nx\r\n--x--\r\n',
          'multipart/form-data; boundary=x',
        ],
      ]
      for (const [body, type] of bodies) {
        const call = { method: one.method, path, body, headers: { 'content-type': type } }
        expect([type, body, await here.answered(api, call)]).toEqual([type, body, api.refusals['malformed JSON']])
      }
    }
    expect(await here.ask(api.list, box)).toEqual([])
  })

  test('a body that is too large is refused, with a key and without', async () => {
    await using here = await visited(smallMails)
    const body = JSON.stringify({ x: 'x'.repeat(1_100_000) })
    for (const one of await operations) {
      if (one.method === 'GET') continue
      for (const secret of [here.secret, ''])
        expect([one.name, await here.answered(api, called(api, one, { body }), secret)]).toEqual([
          one.name,
          api.refusals['too large a body'],
        ])
    }
  })

  test('an unknown method is refused at every path, and so is every path below that is none', async () => {
    await using here = await visited()
    const all = await operations
    for (const path of new Set(all.map((one) => one.path))) {
      const url = filled(path, places)
      const known = all.filter((one) => fits(one.path, url)).map(({ method }) => method)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter((one) => !known.includes(one)))
        expect([path, method, await here.answered(api, { method, path: url })]).toEqual([
          ...[path, method],
          api.refusals['an unknown method'],
        ])
      for (const method of ['GET', 'POST', 'DELETE'])
        expect([path, method, await here.answered(api, { method, path: `${url}/is/not/there/at/all` })]).toEqual([
          ...[path, method],
          api.refusals['an unknown path'],
        ])
    }
  })

  test('what is no id in a path, or no value in a query, is refused', async () => {
    await using here = await visited()
    const values = [
      '0',
      '%00',
      "'%20or%201=1--",
      '%F0%9F%90%A6',
      '%FF',
      '%',
      'x'.repeat(2000),
      '%3Cscript%3E',
      'a%2Fb',
      '*',
    ]
    for (const one of await operations) {
      const ways = one.path.match(/\{\w+\}/g) ?? []
      const secret = await secretFor(here, api, one)
      for (const [place, value] of ways.flatMap((way) => values.map((value) => [way, value] as const))) {
        const path = filled(one.path.replace(place, 'HERE'), places).replace('HERE', value)
        const refusal = await here.answered(api, called(api, one, { path }), secret)
        expect([one.name, value, refusal]).toEqual([one.name, value, isRefused])
      }
      if (rowOf(api, one).anyQuery) continue
      for (const parameter of listIn(one.operation, 'parameters').filter((each) => at(each, 'in') === 'query')) {
        const path = `${filled(one.path, places)}?${at(parameter, 'name')}=${'x'.repeat(3000)}`
        const call = called(api, one, { path })
        if (api.takesAnyQuery) {
          const bare = await here.answer({ ...call, path: filled(one.path, places) }, secret)
          expect([one.name, (await here.answer(call, secret)).body]).toEqual([one.name, bare.body])
        } else expect([one.name, await here.answered(api, call, secret)]).toEqual([one.name, isRefused])
      }
    }
  })
})
