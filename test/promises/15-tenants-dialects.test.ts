// Promise 15 in the foreign APIs: every operation of their documents × every id of one tenant, in the hands of another,
// answers as the API's contract says of another's; what nobody has as it says of that; and nothing is seen or changed.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { ulidOf } from '../../src/ulid.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver } from '../core.ts'
import { apis } from '../dialects/apis.ts'
import { bodyOf, filled, type Operation, operationsOf, type Sent, sent } from '../dialects/documented.ts'
import { richMail } from '../dialects/rich-mail.ts'
import { type Answer, at, listIn, type Serving, serve } from '../http/serve.ts'
import { figures } from './promise.ts'

/** What each API's contract says of another's, of what nobody has, and of an address that nobody has, if it is otherwise. */
const contracts: Record<string, { foreign: string; unknown: string; freeAddress?: string }> = {
  run2mail: { foreign: '403 forbidden', unknown: '403 forbidden' },
  dustmail: { foreign: '404 not_found', unknown: '404 not_found' },
  minutemail: { foreign: '403 forbidden', unknown: '404 not_found' },
  mailfade: { foreign: '404 not_found', unknown: '404 not_found', freeAddress: '200 ' },
  mailcx: { foreign: '404 not_found', unknown: '404 not_found' },
}

/** What stands in paths and bodies, of one tenant. */
type Things = Record<string, string>
type Settled = { owner: Tenant; memberKey: string; jwt: string; things: Things; others: Things[] }

const visitor = { client: '192.0.2.9', agent: 'a test' }
const unknown = '01a1fbdb-9489-712a-87b5-5b560395fe4a'
const nobodys: Things = {
  ...{ address: 'not-there@second.test', id: unknown, mailbox: unknown, archived: unknown, mail: unknown },
  ...{ attachment: unknown, domain: unknown, member: unknown, invitation: unknown },
  ...{ 'mail as ULID': ulidOf(unknown), 'attachment as ULID': ulidOf(unknown) },
  ...{ account: unknown, message: unknown, token: unknown, webhook: unknown, invoiceId: ulidOf(unknown) },
}

async function settled({ core }: Serving, name: string): Promise<Settled> {
  const owner = await tenant(core, { email: `owner-of-${name}@b.test` })
  const { caller } = owner
  const open = async (localPart: string, domain: string, wish = {}) =>
    (await core.mailboxes.open(caller, { localPart, domain, ...wish }, '192.0.2.1')).mailbox
  const box = await open(`box-of-${name}`, 'second.test', { password: 'open sesame' })
  const shared = await open(`public-of-${name}`, 'mayfly.test')
  const archived = await open(`archived-of-${name}`, 'second.test', { recoverable: true, tag: `tag-of-${name}` })
  await core.mailboxes.end(caller, archived.id, { permanent: false })
  const file: [string, string, string] = [`file-of-${name}.txt`, 'text/plain', 'x']
  const [mail = ''] = await deliver(core, box.address, richMail(`<p>secret of ${name}</p>`, [file]))
  await core.messages.digestAll(box.key)
  const { attachments } = await core.messages.get(caller, mail)
  const [attachment] = attachments
  if (!attachment) throw new Error('the mail has lost its attachment')
  const domain = await core.domains.add(caller, `${name}.example`)
  const link = await core.links.invite(caller, { email: `member-of-${name}@b.test` })
  const member = await core.links.accept(visitor, link.token, {
    email: `member-of-${name}@b.test`,
    password: 'correct horse battery',
  })
  const invitation = await core.links.invite(caller, { email: `invited-by-${name}@b.test` })
  const url = `https://192.88.100.1/hook-of-${name}`
  const { webhook, secret } = await core.webhooks.create(caller, { url, form: 'mailcx' })
  await deliver(core, box.address, richMail('told of', []))
  await core.messages.digestAll(box.key)
  const returnTo = (id: string): string => `https://mail.example/app/checkout/${id}`
  const ordered = await core.payments.order(caller, { plan: 'dev', rail: 'manual', client: '192.0.2.1', returnTo })
  return {
    owner,
    jwt: await core.mailboxes.jwtOf(box),
    memberKey: (await core.keys.createFor(operator, `member-of-${name}@b.test`, {})).secret,
    things: {
      ...{ address: box.address, id: box.id, mailbox: box.id, archived: archived.id, mail },
      ...{ attachment: attachment.id, domain: domain.id, member: member.caller.member?.id ?? '' },
      ...{ 'mail as ULID': ulidOf(mail), 'attachment as ULID': ulidOf(attachment.id) },
      invoiceId: ulidOf(ordered.invoice.id),
      ...{ invitation: invitation.id, account: box.id, message: mail, token: caller.key?.id ?? '' },
      ...{ webhook: webhook.id, 'secret of a webhook': secret },
    },
    // Other ways to name what is this tenant's.
    others: [
      { address: box.address.toUpperCase(), id: box.id.toUpperCase(), mailbox: box.id.toUpperCase() },
      { address: box.address.replace('@', '+tag@'), id: archived.id, mailbox: archived.id, archived: box.id },
      { address: archived.address, id: shared.id, mailbox: shared.id, member: owner.member.id },
      { address: shared.address },
    ],
  }
}

type World = { server: Serving; mine: Settled; theirs: Settled; anonymous: { id: string; address: string } }

async function world(): Promise<World> {
  const server = await serve({ MAYFLY_DOMAINS: 'mayfly.test,second.test' })
  const [mine, theirs] = [await settled(server, 'ann'), await settled(server, 'ben')]
  const anonymous = await server.open('anonymous-of-ann')
  await server.mail(anonymous.address, { Subject: 'secret of ann' })
  mine.others.push({ ...anonymous, mailbox: anonymous.id })
  return { server, mine, theirs, anonymous }
}

/** What an owner has, which must be the same afterwards. */
async function seenBy({ core }: Serving, { owner: { caller }, things }: Settled): Promise<unknown> {
  const page = { before: Number.MAX_SAFE_INTEGER, limit: 100 }
  return [
    await core.mailboxes.list(caller, { ...page, state: 'active' }),
    await core.mailboxes.list(caller, { ...page, state: 'archived' }),
    await core.messages.list(caller, things['address'] ?? '', { limit: 100 }),
    (await core.messages.get(caller, things['mail'] ?? '')).attachments,
    await core.domains.list(caller),
    await core.accounts.members(caller),
    await core.links.invitations(caller),
    await core.webhooks.list(caller),
    await core.webhooks.deliveries(caller, things['webhook'] ?? '', { ...page, failed: false }),
    await core.payments.own(caller, page),
  ]
}

const secretsOf = ({ mine, anonymous }: World): string[] => [
  ...Object.values(mine.things),
  ...mine.others.flatMap((one) => Object.values(one)),
  ...Object.values(anonymous),
  mine.owner.account.id,
  mine.owner.member.id,
  'of-ann',
  'of ann',
  'ann.example',
]

/** Who may call: some calls are for who signed in to a mailbox. */
const handsFor = ({ operation }: Operation, settled: Settled): [string, Record<string, string>][] =>
  listIn(operation, 'security').some((way) => at(way, 'mailbox'))
    ? [['token of a mailbox', { authorization: `Bearer ${settled.jwt}` }]]
    : handsOf(settled)

const handsOf = ({ owner, memberKey }: Settled): [string, Record<string, string>][] => [
  ['key of an owner', { authorization: `Bearer ${owner.secret}` }],
  ['key of a member', { authorization: `Bearer ${memberKey}` }],
]

type Fill = { path: Record<string, string>; ids: string[] }
/** `isPassedOver`: of a mail's attachments, what is none of them is let pass. */
type Attempt = { place: string; foreign: Fill; unknown: Fill; isPassedOver: boolean }

/** What is meant by a place in a path. */
function kindOf(name: string, path: string): string {
  if (name === 'mailbox' && path.includes('/archived-mailboxes/')) return 'archived'
  const [, word = ''] = /^\/(message|attachment)\//.exec(path) ?? []
  return word === 'message' ? 'mail as ULID' : word === 'attachment' ? 'attachment as ULID' : name
}

/** Every place for an id in a call with what is another's and with what nobody has; in the other places, the caller's own. */
function attemptsOf({ path }: Operation, { ids }: Sent, { mine, theirs }: World): Attempt[] {
  const isPassedOver = ids === 'attachment' || path === '/api/messages/read'
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    kind: kindOf(name, path),
  }))
  const inPath = (things: Things): Record<string, string> =>
    Object.fromEntries(places.map(({ name, kind }) => [name, things[kind] ?? (kind === 'index' ? '0' : '')]))
  const own: Fill = { path: inPath(theirs.things), ids: ids ? [theirs.things[ids] ?? ''] : [] }
  const placed = (name: string, value = ''): Fill => ({ ...own, path: { ...own.path, [name]: value } })
  // The caller's own goes with it, and must still be there afterwards.
  const and = (value = ''): Fill => ({ ...own, ids: isPassedOver ? [value] : [...own.ids, value] })
  return [mine.things, ...mine.others].flatMap((things) => [
    ...places
      .filter(({ kind }) => things[kind] !== undefined)
      .map(({ name, kind }) => ({
        place: `${name} ${things[kind]}`,
        foreign: placed(name, things[kind]),
        unknown: placed(name, nobodys[kind]),
        isPassedOver: false,
      })),
    ...(ids && things[ids] !== undefined
      ? [{ place: `ids ${things[ids]}`, foreign: and(things[ids]), unknown: and(nobodys[ids]), isPassedOver }]
      : []),
    ...(things === mine.things && places.length > 1
      ? [
          {
            place: 'all',
            foreign: { ...own, path: inPath(things) },
            unknown: { ...own, path: inPath(nobodys) },
            isPassedOver: false,
          },
        ]
      : []),
  ])
}

const dialects = Object.keys(contracts)

test.each(dialects)('promise 15: every operation of %s is walked, and every row is an operation', async (dialect) => {
  const names = (await operationsOf(dialect)).map(({ name }) => name)
  expect(Object.keys(sent[dialect] ?? {}).toSorted()).toEqual(names.toSorted())
})

test('promise 15: every foreign API is walked', () => {
  expect(dialects.toSorted()).toEqual(
    apis
      .map(({ name }) => name)
      .filter((name) => name !== 'native')
      .toSorted(),
  )
})

test.each(dialects)(
  "promise 15: what is another's in %s is refused as its contract says, in every operation",
  async (dialect) => {
    const made = await world()
    await using server = made.server
    const { foreign, unknown, freeAddress } = contracts[dialect] ?? { foreign: '', unknown: '' }
    const code = ({ status, json }: Answer) => `${status} ${json['error'] ?? ''}`
    const before = [await seenBy(server, made.mine), await seenBy(server, made.theirs)]
    const secrets = secretsOf(made)
    const operations = (await operationsOf(dialect)).filter(
      ({ name, path }) => path.includes('{') || sent[dialect]?.[name]?.ids,
    )
    let compared = 0
    for (const one of operations) {
      const wish = sent[dialect]?.[one.name] ?? {}
      for (const [hand, headers] of handsFor(one, made.theirs)) {
        const send = sending(server, one, wish, headers)
        for (const attempt of attemptsOf(one, wish, made)) {
          const where = [one.name, hand, attempt.place]
          const answer = await send(attempt.foreign)
          const other = await send(attempt.unknown)
          compared++
          const passed = one.method === 'PUT' ? '200 ' : '204 '
          const isFree = freeAddress !== undefined && attempt.unknown.path['address'] === nobodys['address']
          const due = attempt.isPassedOver ? [passed, passed] : [foreign, isFree ? freeAddress : unknown]
          expect([...where, code(answer), code(other)]).toEqual([...where, ...dueIn(one, hand, due)])
          if (foreign === unknown && !isFree) expect([...where, answer.body]).toEqual([...where, other.body])
          for (const secret of secrets)
            expect([...where, answer.body]).not.toEqual([...where, expect.stringContaining(secret)])
          if (one.method !== 'GET') continue
          expect([...where, (await send(attempt.foreign, 'HEAD')).status]).toEqual([...where, answer.status])
        }
      }
    }
    expect([await seenBy(server, made.mine), await seenBy(server, made.theirs)]).toEqual(before)
    figures(`${dialect}: ${operations.length} operations with ids, ${compared} answers compared`)
  },
)

const sending =
  (server: Serving, { path, method }: Operation, wish: Sent, headers: Record<string, string>) =>
  (fill: Fill, how = method): Promise<Answer> => {
    const { body, headers: typed } = bodyOf(wish, fill.ids)
    const wished = body === undefined ? {} : { body }
    return server.call(how, filled(path, fill.path), { ...wished, headers: { ...headers, ...typed } })
  }

/** Members who are no owners are refused what only owners may, whatever it is. */
function dueIn({ name }: Operation, hand: string, due: string[]): string[] {
  const isOwners = /^DELETE \/v1\/(invitations|members)\//.test(name)
  return hand === 'key of a member' && isOwners ? ['403 forbidden', '403 forbidden'] : due
}

test.each(dialects)("promise 15: what %s gives without an id holds nothing of another's", async (dialect) => {
  const made = await world()
  await using server = made.server
  const before = await seenBy(server, made.mine)
  const secrets = secretsOf(made)
  const operations = (await operationsOf(dialect)).filter(({ path }) => !path.includes('{'))
  for (const [hand, headers] of handsOf(made.theirs)) {
    for (const { name, method, path } of operations) {
      const { body, headers: typed } = bodyOf(sent[dialect]?.[name] ?? {})
      const asking = [path, ...(name === 'GET /v1/mailboxes' ? [`${path}?address=${made.mine.things['address']}`] : [])]
      for (const where of asking) {
        const answer = await server.call(method, where, {
          ...(body === undefined ? {} : { body }),
          headers: { ...headers, ...typed },
        })
        for (const secret of secrets.filter((one) => !where.includes(one)))
          expect([name, hand, answer.body]).not.toEqual([name, hand, expect.stringContaining(secret)])
      }
    }
  }
  expect(await seenBy(server, made.mine)).toEqual(before)
})
