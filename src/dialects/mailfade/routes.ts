// Reading the mail of an address, as MailFade does: some of it without a key.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { type Caller, ofAccount } from '../../accounts/caller.ts'
import { bearerIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { attachmentBytes } from '../../http/download.ts'
import { sourceAnswer } from '../../http/file-answer.ts'
import { countedKeyless, described, keyedRoutes, openRoutes } from '../../http/foreign.ts'
import { anyQuery } from '../../http/input.ts'
import { longAnswer } from '../../http/long-answer.ts'
import type { Visit } from '../../http/visit.ts'
import type { Written } from '../../messages/attachment.ts'
import { writtenDisposition } from '../../messages/file-name.ts'
import { Refusal } from '../../refusal.ts'
import { uuidOf } from '../../ulid.ts'
import { maybeKeyed, security } from './described.ts'
import { keyRoutes } from './keys.ts'
import { inbox, message } from './wire.ts'

export const prefixes = ['/inbox', '/message', '/attachment', '/keys'] as const

const usualEmails = 25
const mostEmails = 50

const Listing = anyQuery(
  Type.Object({
    limit: Type.Optional(
      Type.Integer({ default: usualEmails, description: `How many at most; never more than ${mostEmails}.` }),
    ),
    since: Type.Optional(Type.Integer({ description: 'Epoch milliseconds: only mail received after that.' })),
  }),
  ({ limit, since }) => ({ limit: limitIn(Number(limit)), since: sinceIn(since) }),
)
const Reading = anyQuery(
  Type.Object({
    html: Type.Optional(Type.Integer({ default: 1, description: '0: without the html.' })),
  }),
  ({ html }) => ({ html: html !== '0' }),
)

/** What is no number, or below 1, is as if it were not sent. */
const limitIn = (limit: number): number => (limit >= 1 ? Math.min(Math.floor(limit), mostEmails) : usualEmails)

/** Exclusive here, inclusive in the service. */
function sinceIn(given: unknown): number | undefined {
  const since = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN
  return Number.isFinite(since) ? Math.floor(since) + 1 : undefined
}

const tag = 'reading'

export const routes = (door: Door) =>
  new Elysia()
    .use(inboxRoutes(door))
    .use(messageRoutes(door))
    .use(attachmentRoutes(door))
    .use(keyRoutes(door))
    .use(unknownRoutes(door))

const open = (door: Door) => openRoutes(door, 'mailfade', bearerIn)

/** As `countedKeyless`, against MailFade's requests of the day. */
function counted<Found>(
  door: Door,
  came: { visit: Visit; caller: Caller },
  find: () => Promise<Found>,
): Promise<Found> {
  const perDay = door.options.dialects.mailfade.requests_per_day_per_ip
  return countedKeyless(door, came, { dialect: 'mailfade', perDay }, find)
}

const inboxRoutes = (door: Door) =>
  new Elysia().use(open(door)).get(
    '/inbox/:address',
    async ({ caller, visit, params, query }) => {
      const { mailboxes, messages } = door.core
      const place = await counted(door, { caller, visit }, () => mailboxes.at(caller, params.address))
      return inbox(place, await messages.at(place, query))
    },
    {
      query: Listing,
      ...described({
        summary: 'List the mail of an address',
        description: 'Newest first. Addresses that nobody opened, on public domains, need no key.',
        tag,
        security,
        answers: { 200: 'Inbox' },
        refusals: { 400: ['invalid_address'], ...maybeKeyed },
      }),
    },
  )

const messageRoutes = (door: Door) =>
  new Elysia()
    .use(open(door))
    .get(
      '/message/:id',
      async ({ caller, visit, params, query }) => {
        const { messages } = door.core
        const found = await counted(door, { caller, visit }, async () => messages.look(caller, messageId(params.id)))
        const isKeyed = caller.kind !== 'nobody'
        const shown = { html: isKeyed && query.html, headers: isKeyed }
        const { value, later } = message(await messages.read(found), shown)
        return longAnswer(value, later)
      },
      {
        query: Reading,
        ...described({
          summary: 'Show a message',
          description: 'Its html and all of its headers with a key only.',
          tag,
          security,
          answers: { 200: 'Message' },
          refusals: maybeKeyed,
        }),
      },
    )
    .get(
      '/message/:id/raw',
      async ({ caller, visit, params }) => {
        const holder = await counted(door, { caller, visit }, async () => ofAccount(caller, null))
        const raw = await door.core.messages.raw(holder, messageId(params.id), { trace: false })
        return sourceAnswer(raw, `${params.id.toUpperCase()}.eml`)
      },
      {
        ...described({
          summary: "Read a message's bytes as they came",
          tag,
          answers: { 200: 'message/rfc822' },
          refusals: maybeKeyed,
        }),
      },
    )

const attachmentRoutes = (door: Door) =>
  new Elysia().use(keyedRoutes(door, 'mailfade', bearerIn)).get(
    '/attachment/:id',
    async ({ caller, params, request }) => {
      const id = uuidOf(params.id)
      if (id === null) throw new Refusal('attachment-unknown')
      const { message: owner, attachment } = await door.core.messages.withAttachment(caller, id)
      const headers = (written: Written | null) => ({
        'Content-Type': attachment.type,
        'Content-Disposition': writtenDisposition(
          written?.name || attachment.name,
          written?.disposition ?? 'attachment',
        ),
        // Whatever it is, it runs nothing.
        'Content-Security-Policy': "sandbox; default-src 'none'",
      })
      return attachmentBytes(door, owner, attachment, { headers, request })
    },
    {
      ...described({
        summary: 'Download an attachment',
        description: 'With the type and the disposition that it has in the mail.',
        tag,
        answers: { 200: 'application/octet-stream' },
        refusals: maybeKeyed,
      }),
    },
  )

/** What is called with a key is counted, whatever it is, and without one what is read below /inbox and /message. */
function unknownRoutes(door: Door) {
  const noSuchRoute = async ({ caller, visit, request }: Came): Promise<never> => {
    const isUncounted = !/^(GET|HEAD)$/.test(request.method) || /^\/(attachment|keys)(\/|$)/.test(visit.path)
    if (isUncounted) throw new Refusal('route-unknown')
    return counted(door, { caller, visit }, async () => {
      throw new Refusal('route-unknown')
    })
  }
  const all = new Elysia().use(open(door))
  for (const prefix of prefixes) all.all(prefix, noSuchRoute).all(`${prefix}/*`, noSuchRoute)
  return all
}

type Came = { caller: Caller; visit: Visit; request: Request }

/** Refuses: message-unknown. */
function messageId(ulid: string): string {
  const id = uuidOf(ulid)
  if (id === null) throw new Refusal('message-unknown')
  return id
}
