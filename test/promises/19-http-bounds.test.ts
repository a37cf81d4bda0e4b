// Promise 19: limit + 1 is refused on every route, in memory that does not grow. Made from the OpenAPI document of the
// running server: an operation that has no case here fails.
import { expect, test } from 'bun:test'
import { emptyDirectory, json, type Running, serve } from '../executable/launch.ts'
import { at, head, listIn, talk } from '../http/serve.ts'
import { mebibytes, mostWhile, residentBytes, restingBytes } from './memory.ts'
import { figures, size } from './promise.ts'

const atOnce = size(10, 100)
const rounds = size(1, 2)
const mebibyte = 1024 * 1024

type Operation = { method: string; path: string; operation: unknown }
type Schema = Record<string, unknown>
/** What stands in its path, and what it cannot do without. */
type Case = {
  params?: Record<string, string>
  body?: object
  query?: Record<string, string>
  /** Whose credential goes with it: a mailbox's token, if nothing else is said, or an admin's key. */
  as?: 'nobody' | 'admin'
}

const anyId = '01890000-0000-7000-8000-000000000000'
const box = { params: { mailbox: 'ann@mayfly.test' } }
const letter = { params: { id: anyId } }
const person = { email: 'ann@tenant.test', password: 'open sesame' }
const admin = { as: 'admin' } as const
const ofAdmin = { ...admin, params: { id: anyId } }
const ofDomain = { ...admin, params: { domain: 'none.example' } }

const cases: Record<string, Case> = {
  'POST /mayfly/v1/mailboxes': {},
  'GET /mayfly/v1/mailboxes': {},
  'GET /mayfly/v1/mailboxes/{mailbox}': box,
  'PATCH /mayfly/v1/mailboxes/{mailbox}': box,
  'DELETE /mayfly/v1/mailboxes/{mailbox}': box,
  'POST /mayfly/v1/mailboxes/{mailbox}/restore': box,
  'POST /mayfly/v1/mailboxes/{mailbox}/token': { ...box, body: { password: 'open sesame' } },
  'GET /mayfly/v1/mailboxes/{mailbox}/messages': box,
  'DELETE /mayfly/v1/mailboxes/{mailbox}/messages': box,
  'GET /mayfly/v1/mailboxes/{mailbox}/wait': box,
  'GET /mayfly/v1/mailboxes/{mailbox}/events': box,
  'GET /mayfly/v1/events': {},
  'GET /mayfly/v1/messages/{id}': letter,
  'PATCH /mayfly/v1/messages/{id}': { ...letter, body: { seen: true } },
  'DELETE /mayfly/v1/messages/{id}': letter,
  'GET /mayfly/v1/messages/{id}/raw': letter,
  'GET /mayfly/v1/messages/{id}/html': letter,
  'GET /mayfly/v1/messages/{id}/parts': letter,
  'GET /mayfly/v1/messages/{id}/attachments/{n}': { params: { id: anyId, n: '0' } },
  'POST /mayfly/v1/messages/{id}/view': letter,
  'GET /mayfly/v1/search': { query: { q: 'x' } },
  'GET /mayfly/v1/refusals': {},
  'GET /view/{ticket}/': { params: { ticket: 'x' }, as: 'nobody' },
  'GET /view/{ticket}/attachments/{n}': { params: { ticket: 'x', n: '0' }, as: 'nobody' },
  'POST /mayfly/v1/session': { body: person, as: 'nobody' },
  'GET /mayfly/v1/server': {},
  'GET /mayfly/v1/session': admin,
  'DELETE /mayfly/v1/session': admin,
  'PATCH /mayfly/v1/session': { body: { present: 'open sesame', password: 'open sesame' }, ...admin },
  'GET /mayfly/v1/sessions': admin,
  'DELETE /mayfly/v1/sessions': admin,
  'DELETE /mayfly/v1/sessions/{id}': ofAdmin,
  'POST /mayfly/v1/invitations/accept': { body: { token: 'x', ...person }, as: 'nobody' },
  'POST /mayfly/v1/accounts': { body: person, as: 'nobody' },
  'POST /mayfly/v1/session/reset': { body: { token: 'x', password: 'open sesame' }, as: 'nobody' },
  'GET /mayfly/v1/account': admin,
  'GET /mayfly/v1/account/usage': admin,
  'GET /mayfly/v1/account/audit': admin,
  'GET /mayfly/v1/account/invoices': admin,
  'POST /mayfly/v1/account/invoices': { ...admin, body: { plan: 'dev', rail: 'manual' } },
  'GET /mayfly/v1/account/invoices/{id}': { ...admin, params: { id: anyId } },
  'GET /mayfly/v1/admin/invoices': admin,
  'POST /mayfly/v1/admin/invoices/{id}/pay': { ...admin, params: { id: anyId } },
  'POST /mayfly/v1/checkout/{id}': { params: { id: anyId }, body: { secret: 'x' }, as: 'nobody' },
  'POST /mayfly/v1/checkout/{id}/key': { params: { id: anyId }, body: { secret: 'x' }, as: 'nobody' },
  'POST /mayfly/v1/payments/stripe': { as: 'nobody' },
  'POST /mayfly/v1/payments/lightning': { as: 'nobody' },
  'GET /mayfly/v1/members': admin,
  'PATCH /mayfly/v1/members/{id}': { ...ofAdmin, body: { role: 'member' } },
  'DELETE /mayfly/v1/members/{id}': ofAdmin,
  'POST /mayfly/v1/members/{id}/password-link': ofAdmin,
  'GET /mayfly/v1/invitations': admin,
  'POST /mayfly/v1/invitations': admin,
  'DELETE /mayfly/v1/invitations/{id}': ofAdmin,
  'GET /mayfly/v1/keys': admin,
  'POST /mayfly/v1/keys': admin,
  'GET /mayfly/v1/keys/{id}': ofAdmin,
  'PATCH /mayfly/v1/keys/{id}': ofAdmin,
  'DELETE /mayfly/v1/keys/{id}': ofAdmin,
  'POST /mayfly/v1/keys/{id}/rotate': ofAdmin,
  'GET /mayfly/v1/webhooks': admin,
  'POST /mayfly/v1/webhooks': { body: { url: 'https://192.88.100.1/hook' }, ...admin },
  'GET /mayfly/v1/webhooks/{id}': ofAdmin,
  'PATCH /mayfly/v1/webhooks/{id}': ofAdmin,
  'DELETE /mayfly/v1/webhooks/{id}': ofAdmin,
  'POST /mayfly/v1/webhooks/{id}/rotate': ofAdmin,
  'GET /mayfly/v1/webhooks/{id}/deliveries': ofAdmin,
  'POST /mayfly/v1/webhooks/{id}/test': ofAdmin,
  'POST /mayfly/v1/webhooks/{id}/replay': ofAdmin,
  'GET /mayfly/v1/domains': admin,
  'POST /mayfly/v1/domains': { body: { name: 'own.example' }, ...admin },
  'GET /mayfly/v1/domains/{domain}': ofDomain,
  'PATCH /mayfly/v1/domains/{domain}': ofDomain,
  'DELETE /mayfly/v1/domains/{domain}': ofDomain,
  'POST /mayfly/v1/domains/{domain}/verify': ofDomain,
  'GET /mayfly/v1/domains/{domain}/doctor': ofDomain,
  'GET /mayfly/v1/admin/domains': admin,
  'DELETE /mayfly/v1/admin/domains/{domain}': ofDomain,
  'POST /mayfly/v1/admin/domains/{domain}/verify': ofDomain,
  'GET /mayfly/v1/admin/domains/{domain}/doctor': ofDomain,
  'GET /mayfly/v1/admin/accounts': admin,
  'GET /mayfly/v1/admin/accounts/{id}': ofAdmin,
  'GET /mayfly/v1/admin/accounts/{id}/usage': ofAdmin,
  'GET /mayfly/v1/admin/accounts/{id}/members': ofAdmin,
  'GET /mayfly/v1/admin/accounts/{id}/keys': ofAdmin,
  'GET /mayfly/v1/admin/accounts/{id}/domains': ofAdmin,
  'GET /mayfly/v1/admin/health': admin,
  'GET /mayfly/v1/admin/doctor': admin,
  'GET /mayfly/v1/admin/plans': admin,
  'POST /mayfly/v1/admin/accounts': { body: { email: person.email }, ...admin },
  'PATCH /mayfly/v1/admin/accounts/{id}': ofAdmin,
  'DELETE /mayfly/v1/admin/accounts/{id}': ofAdmin,
  'POST /mayfly/v1/admin/invitations': admin,
  'GET /mayfly/v1/admin/usage': admin,
  'GET /mayfly/v1/admin/refusals': admin,
  'GET /mayfly/v1/admin/audit': admin,
  'GET /mayfly/v1/admin/settings': admin,
  'PATCH /mayfly/v1/admin/settings': admin,
  'GET /mayfly/v1/admin/invitations': admin,
  'DELETE /mayfly/v1/admin/invitations/{id}': ofAdmin,
  'GET /mayfly/v1/admin/blocks': admin,
  'POST /mayfly/v1/admin/blocks': { body: { kind: 'sender', pattern: 'x@sender.test' }, ...admin },
  'DELETE /mayfly/v1/admin/blocks/{id}': ofAdmin,
}

const record = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

function operationsOf(document: unknown): Operation[] {
  return record(at(document, 'paths')).flatMap(([path, item]) =>
    record(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

const schemaOf = (value: unknown): Schema => Object.fromEntries(record(value))

/** Values one step past what a schema allows. Throws for one that has no bound. */
function beyond(schema: Schema, where: string): unknown[] {
  const { anyOf, type, maxLength, minLength, minimum, maximum, maxItems, format } = schema
  if (Array.isArray(anyOf)) {
    return anyOf.map(schemaOf).flatMap((one) => (one['type'] === 'null' ? [] : beyond(one, where)))
  }
  if ('const' in schema) return ['x']
  if (type === 'array' && typeof maxItems === 'number') {
    const item = schemaOf(schema['items'])
    const [one] = Array.isArray(item['anyOf']) ? item['anyOf'].map((choice) => at(choice, 'const')) : ['x']
    return [Array(maxItems + 1).fill(one), ...beyond(item, `${where}[]`).map((value) => [value])]
  }
  if (type === 'boolean') return ['maybe']
  if (type === 'object') return ['x']
  if (type === 'string' && typeof maxLength === 'number') {
    return [
      'x'.repeat(maxLength + 1),
      ...(typeof minLength === 'number' && minLength > 0 ? ['x'.repeat(minLength - 1)] : []),
      ...(format === 'date-time' ? ['2026-02-30T00:00:00Z'] : []),
    ]
  }
  if ((type === 'integer' || type === 'number') && typeof minimum === 'number' && typeof maximum === 'number') {
    return [maximum + 1, minimum - 1]
  }
  throw new Error(`${where} has no bound: ${JSON.stringify(schema)}`)
}

type Attempt = { name: string; url: string; headers?: Record<string, string>; body?: object; field: string }

const filled = (path: string, params: Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

const withQuery = (path: string, query: Record<string, unknown>): string =>
  Object.keys(query).length === 0
    ? path
    : `${path}?${new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])))}`

/** Everything that goes one step too far in one operation; `field`: what the refusal must name ("" for a path). */
function attempts({ path, operation }: Operation, { params = {}, query = {}, body }: Case): Attempt[] {
  const url = withQuery(filled(path, params), query)
  const sent = body === undefined ? {} : { body }
  const found: Attempt[] = [
    {
      name: 'an unknown parameter',
      url: withQuery(filled(path, params), { ...query, colour: 'red' }),
      ...sent,
      field: 'query.colour',
    },
  ]
  for (const parameter of listIn(operation, 'parameters')) {
    const name = String(at(parameter, 'name'))
    const where = String(at(parameter, 'in'))
    for (const value of beyond(schemaOf(at(parameter, 'schema')), name)) {
      if (where === 'query') {
        found.push({
          name,
          url: withQuery(filled(path, params), { ...query, [name]: value }),
          ...sent,
          field: `query.${name}`,
        })
      } else if (where === 'path') {
        found.push({
          name,
          url: withQuery(filled(path, { ...params, [name]: String(value) }), query),
          ...sent,
          field: '',
        })
      } else found.push({ name, url, headers: { [name]: String(value) }, ...sent, field: '' })
    }
  }
  const schema = at(operation, 'requestBody', 'content', 'application/json', 'schema')
  if (schema === undefined) return found
  found.push({ name: 'an unknown field', url, body: { ...body, colour: 'red' }, field: 'body.colour' })
  for (const [name, field] of record(at(schema, 'properties'))) {
    for (const value of beyond(schemaOf(field), name)) {
      found.push({ name, url, body: { ...body, [name]: value }, field: `body.${name}` })
    }
  }
  return found
}

async function refused(server: Running, method: string, token: string | null, attempt: Attempt): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.http}${attempt.url}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(attempt.body ? { 'content-type': 'application/json' } : {}),
      ...attempt.headers,
    },
    ...(attempt.body ? { body: JSON.stringify(attempt.body) } : {}),
  })
  const text = await response.text()
  const said = `${method} ${attempt.url.slice(0, 100)}: ${attempt.name}: ${response.status} ${text.slice(0, 300)}`
  if (response.status < 400 || response.status >= 500) throw new Error(`not refused: ${said}`)
  if (attempt.field !== '') {
    const fields = listIn(JSON.parse(text), 'error', 'fields').map((one) => at(one, 'path'))
    if (!fields.includes(attempt.field)) throw new Error(`refused for something else: ${said}`)
  }
}

/** Takes the link of the first start, and makes a key. */
async function adminKey(server: Running): Promise<string> {
  const link = /invitation#(\S+)/.exec(server.greeting)?.[1]
  const accepted = await fetch(`${server.api}/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: link, email: 'admin@tenant.test', password: 'open sesame' }),
  })
  const cookie = (accepted.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const headers = { cookie, origin: `http://127.0.0.1:${server.http}` }
  return (await json<{ key: string }>(`${server.api}/keys`, { headers, body: {} })).key
}

const inParallel = (work: () => Promise<unknown>): Promise<unknown> => Promise.all(Array.from({ length: atOnce }, work))

/** A body of one byte too much, announced and in chunks, and a head of one byte too much. */
async function tooLarge(server: Running, method: string, url: string, token: string | null): Promise<void> {
  const fixed = {
    Host: 'localhost',
    'Content-Type': 'application/json',
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  }
  const body = Buffer.alloc(mebibyte + 1, 0x20)
  const chunked = [
    Buffer.from(
      `${head(method, url, { ...fixed, 'Transfer-Encoding': 'chunked' })}${body.byteLength.toString(16)}\r\n`,
    ),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]
  const announced = [Buffer.from(head(method, url, { ...fixed, 'Content-Length': String(body.byteLength) })), body]
  for (const [said, statuses] of [
    [chunked, /^HTTP\/1\.1 413 /],
    [announced, /^HTTP\/1\.1 413 /],
    [[Buffer.from(head(method, url, { ...fixed, 'X-Filler': 'x'.repeat(16_385) }))], /^HTTP\/1\.1 431 /],
  ] as const) {
    await inParallel(async () => expect(await talk(server.http, [...said])).toMatch(statuses))
  }
}

test(`promise 19: limit + 1 is refused on every operation, ${atOnce} at once, in memory that does not grow`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory, { MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: 'unlimited' })
  const opened = await json<{ token: string }>(`${server.api}/mailboxes`, {
    body: { localPart: 'ann', password: 'open sesame' },
  })
  const key = await adminKey(server)
  const operations = operationsOf(await json(`http://127.0.0.1:${server.http}/openapi.json`))
  expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(cases).sort())

  let tried = 0
  const once = async (): Promise<void> => {
    for (const one of operations) {
      const known = cases[`${one.method} ${one.path}`] ?? {}
      const token = known.as === 'nobody' ? null : known.as === 'admin' ? key : opened.token
      for (const attempt of attempts(one, known)) {
        await inParallel(() => refused(server, one.method, token, attempt))
        tried += atOnce
      }
      await tooLarge(server, one.method, filled(one.path, known.params ?? {}), token)
      tried += 3 * atOnce
    }
    for (const path of ['/', '/healthz', '/metrics', '/openapi.json', '/docs', '/nowhere']) {
      await tooLarge(server, 'GET', path, null)
      await tooLarge(server, 'POST', path, null)
      tried += 6 * atOnce
    }
  }
  const atFirst = residentBytes(server.pid)
  const most = await mostWhile(server.pid, once)
  const warm = await restingBytes(server.pid)
  for (let round = 0; round < rounds; round++) await once()
  const grown = (await restingBytes(server.pid)) - warm
  figures(
    `${operations.length} operations, ${tried} calls past a limit all refused, ${atOnce} at once: at most ${mebibytes(most - atFirst)} MiB more memory, ${mebibytes(grown)} MiB left after ${rounds} more`,
  )
  expect(most - atFirst).toBeLessThan((200 + 3 * atOnce) * mebibyte)
  expect(grown).toBeLessThan(128 * mebibyte)

  // Each was counted.
  const metrics = await (await fetch(`http://127.0.0.1:${server.http}/metrics`)).text()
  const counted = [...metrics.matchAll(/^mayfly_http_refused_total\{reason="([\w-]+)"\} (\d+)$/gm)]
  expect(counted.map(([, reason]) => reason)).toEqual(expect.arrayContaining(['too-large', 'invalid-request']))
  const small = await fetch(`${server.api}/mailboxes/ann@mayfly.test`, {
    headers: { authorization: `Bearer ${opened.token}` },
  })
  expect(small.status).toBe(200)
}, 1_800_000)
