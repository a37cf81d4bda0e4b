// Every operation of the native API × nobody, the owner, a stranger and a wrong credential. The operations come from
// the OpenAPI document: one without a case fails.
import { expect, test } from 'bun:test'
import { at, type Call, type Serving, serve } from '../http/serve.ts'

/** What stands in the path, and what each caller gets: a status, or a status and what the answer must be like. */
type Case = {
  path: string
  call?: Omit<Call, 'token'>
  own: number
  nobody: number
  stranger: number
}

type World = {
  server: Serving
  mine: { id: string; address: string; token: string }
  theirs: { token: string; address: string }
  message: string
  ticket: string
}

async function world(): Promise<World> {
  const server = await serve({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' })
  const mine = await server.open('mine', { password: 'open sesame', recoverable: true })
  const theirs = await server.open('theirs')
  const message = await server.mail(
    mine.address,
    { 'Content-Type': 'multipart/mixed; boundary=b' },
    '--b\r\n\r\nText.\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx\r\n--b--\r\n',
  )
  await server.call('GET', `/mayfly/v1/messages/${message}`, { token: mine.token })
  const view = await server.call('POST', `/mayfly/v1/messages/${message}/view`, { token: mine.token })
  return { server, mine, theirs, message, ticket: String(view.json['url']).split('/')[2] ?? '' }
}

/** Foreign and missing are one answer: 401 to nobody, 404 to a stranger. */
const hidden = { nobody: 401, stranger: 404 }

const cases: Record<string, (world: World) => Case | Promise<Case>> = {
  'POST /mayfly/v1/mailboxes': () => ({ path: 'mailboxes', own: 201, nobody: 201, stranger: 201 }),
  'GET /mayfly/v1/mailboxes': () => ({ path: 'mailboxes', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({ path: `mailboxes/${mine.address}`, own: 200, ...hidden }),
  'PATCH /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({
    path: `mailboxes/${mine.id}`,
    call: { body: { tag: 'x' } },
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({ path: `mailboxes/${mine.id}`, own: 204, ...hidden }),
  'POST /mayfly/v1/mailboxes/{mailbox}/restore': async ({ server, mine }) => {
    await server.call('DELETE', `/mayfly/v1/mailboxes/${mine.id}`, { token: mine.token })
    return { path: `mailboxes/${mine.id}/restore`, own: 201, ...hidden }
  },
  'POST /mayfly/v1/mailboxes/{mailbox}/token': ({ mine }) => ({
    path: `mailboxes/${mine.address}/token`,
    call: { body: { password: 'not this one' } },
    own: 401,
    nobody: 401,
    stranger: 401,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/messages': ({ mine }) => ({
    path: `mailboxes/${mine.address}/messages`,
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/mailboxes/{mailbox}/messages': ({ mine }) => ({
    path: `mailboxes/${mine.address}/messages`,
    own: 204,
    ...hidden,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/wait': ({ mine }) => ({
    path: `mailboxes/${mine.address}/wait?timeout=0`,
    own: 200,
    ...hidden,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/events': ({ mine }) => ({
    path: `mailboxes/${mine.address}/events`,
    own: 200,
    ...hidden,
  }),
  'GET /mayfly/v1/events': () => ({ path: 'events', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/messages/{id}': ({ message }) => ({ path: `messages/${message}`, own: 200, ...hidden }),
  'PATCH /mayfly/v1/messages/{id}': ({ message }) => ({
    path: `messages/${message}`,
    call: { body: { seen: true } },
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/messages/{id}': ({ message }) => ({ path: `messages/${message}`, own: 204, ...hidden }),
  'GET /mayfly/v1/messages/{id}/raw': ({ message }) => ({ path: `messages/${message}/raw`, own: 200, ...hidden }),
  'GET /mayfly/v1/messages/{id}/html': ({ message }) => ({ path: `messages/${message}/html`, own: 200, ...hidden }),
  'GET /mayfly/v1/messages/{id}/attachments/{n}': ({ message }) => ({
    path: `messages/${message}/attachments/0`,
    own: 200,
    ...hidden,
  }),
  'POST /mayfly/v1/messages/{id}/view': ({ message }) => ({ path: `messages/${message}/view`, own: 201, ...hidden }),
  'GET /mayfly/v1/search': () => ({ path: 'search?q=text', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/refusals': () => ({ path: 'refusals', own: 200, nobody: 401, stranger: 200 }),
  // The ticket is the credential: nothing else is looked at.
  'GET /view/{ticket}/': ({ ticket }) => ({ path: `/view/${ticket}/`, own: 200, nobody: 200, stranger: 200 }),
  'GET /view/{ticket}/attachments/{n}': ({ ticket }) => ({
    path: `/view/${ticket}/attachments/0`,
    own: 200,
    nobody: 200,
    stranger: 200,
  }),
}

const operations = await (async () => {
  await using server = await serve()
  const { json } = await server.call('GET', '/openapi.json')
  return Object.entries(Object(at(json, 'paths'))).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  )
})()

test('every operation has a case, and every case an operation', () => {
  expect(Object.keys(cases).toSorted()).toEqual(operations.toSorted())
})

test.each(operations)('%s: only the owner gets to it', async (operation) => {
  const [method = ''] = operation.split(' ')
  const make = cases[operation]
  if (!make) throw new Error(`${operation} has no case`)
  const made = await world()
  await using server = made.server
  const { path, call = {}, own, nobody, stranger } = await make(made)
  const url = path.startsWith('/') ? path : `/mayfly/v1/${path}`
  const ask = async (headers: Record<string, string>) => {
    const leaving = new AbortController()
    const response = await fetch(server.url + url, {
      method,
      headers: { ...headers, ...(call.body ? { 'content-type': 'application/json' } : {}) },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      signal: leaving.signal,
    })
    const body = response.headers.get('content-type')?.startsWith('text/event-stream') ? '' : await response.text()
    leaving.abort()
    return { status: response.status, body }
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const asNobody = await ask({})
  const asStranger = await ask(bearer(made.theirs.token))
  expect([asNobody.status, asStranger.status]).toEqual([nobody, stranger])
  for (const { body } of [asNobody, asStranger]) {
    for (const secret of [made.mine.token, made.mine.id]) {
      if (!path.startsWith('/view/')) expect(body).not.toContain(secret)
    }
  }
  // One that is there but wrong is refused, also beside a good one that counts for less.
  const wrong = path.startsWith('/view/') ? 200 : 401
  expect((await ask(bearer('mbx_wrong'))).status).toBe(wrong)
  expect((await ask({ authorization: 'Basic bTpt' })).status).toBe(wrong)
  expect((await ask({ 'x-api-key': 'wrong' })).status).toBe(wrong)
  expect((await ask({ ...bearer('wrong'), 'x-api-key': made.mine.token })).status).toBe(wrong)
  // What counts for nothing is no credential.
  expect((await ask({ authorization: 'Bearer ' })).status).toBe(nobody)
  expect((await ask({ authorization: '', 'x-api-key': ' ' })).status).toBe(nobody)
  expect((await ask({ authorization: 'Bearer ', 'x-api-key': made.mine.token })).status).toBe(own)
})

test.each(operations)('%s: the owner gets to it by Authorization', async (operation) => {
  const [method = ''] = operation.split(' ')
  const made = await world()
  await using server = made.server
  const found = await cases[operation]?.(made)
  if (!found) throw new Error(`${operation} has no case`)
  const leaving = new AbortController()
  const response = await fetch(server.url + (found.path.startsWith('/') ? found.path : `/mayfly/v1/${found.path}`), {
    method,
    headers: {
      authorization: `bearer   ${made.mine.token}`,
      ...(found.call?.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(found.call?.body ? { body: JSON.stringify(found.call.body) } : {}),
    signal: leaving.signal,
  })
  expect(response.status).toBe(found.own)
  leaving.abort()
})

test('foreign and missing are the same answer, but for the request id', async () => {
  const made = await world()
  await using server = made.server
  const missing = '01a1fbdb-9489-712a-87b5-5b560395fe4a'
  const plain = (body: string): string => body.replace(/"requestId":"[^"]+"/, '')
  for (const token of [made.theirs.token, undefined]) {
    const ask = async (path: string) => {
      const { status, body } = await server.call('GET', `/mayfly/v1/${path}`, token === undefined ? {} : { token })
      return `${status} ${plain(body)}`
    }
    expect(await ask(`messages/${made.message}`)).toBe(await ask(`messages/${missing}`))
    expect(await ask(`messages/${made.message}/raw`)).toBe(await ask(`messages/${missing}/raw`))
    expect(await ask(`mailboxes/${made.mine.id}`)).toBe(await ask(`mailboxes/${missing}`))
    expect(await ask(`mailboxes/${made.mine.id}/wait`)).toBe(await ask(`mailboxes/${missing}/wait`))
  }
})
