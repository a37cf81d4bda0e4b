// Live streams of what happens in mailboxes, as server-sent events.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Caller } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import type { Visit } from '../../http/visit.ts'
import type { StreamItem, Target } from '../../messages/streams.ts'
import { invalid, Refusal } from '../../refusal.ts'
import { holderOf, tokensIn } from './auth.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { streamed } from './wire.ts'

const Following = queryInput(
  Type.Object({
    lastEventId: Type.Optional(
      Type.String({
        maxLength: 15,
        description: 'The id of the last event that was read, where the header cannot be set.',
      }),
    ),
  }),
)

const lastEventId = {
  'Last-Event-ID': {
    description: 'The id of the last event that was read: the stream goes on behind it.',
    maxLength: 15,
  },
}

export const eventRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/mailboxes/:mailbox/events',
      ({ caller, params, query, request, visit }) =>
        follow(door, [{ caller, mailbox: params.mailbox }], request, query.lastEventId, visit),
      {
        query: Following,
        ...described({
          summary: "Follow a mailbox's events",
          tag: 'live',
          credential: 'optional',
          answers: { 200: 'text/event-stream' },
          refusals: ['mailbox-unknown', 'invalid-cursor', 'rate-exceeded', 'too-busy'],
          headers: lastEventId,
        }),
      },
    )
    .get(
      '/events',
      async ({ caller, query, request, visit }) =>
        follow(door, await targets(door, caller, request), request, query.lastEventId, visit),
      {
        query: Following,
        ...described({
          summary: 'Follow the events of several mailboxes',
          description: 'With a key: those of all mailboxes of its account.',
          tag: 'live',
          credential: 'required',
          answers: { 200: 'text/event-stream' },
          refusals: ['mailbox-unknown', 'invalid-cursor', 'rate-exceeded', 'too-busy'],
          headers: {
            ...lastEventId,
            'X-Mailbox-Tokens': { description: 'Tokens of the mailboxes to follow, with commas.', maxLength: 16_384 },
          },
        }),
      },
    )

/** The caller's mailbox or whole account, and the mailboxes of the tokens. Refuses: credential-missing, credential-wrong, invalid-request. */
async function targets(door: Door, caller: Caller, request: Request): Promise<Target[]> {
  const tokens = tokensIn(request.headers)
  const most = door.options.maxStreamMailboxes
  if (tokens.length > most) throw invalid('headers.x-mailbox-tokens', `must be at most ${most} tokens`)
  const callers = [caller, ...(await Promise.all(tokens.map((token) => holderOf(door, token, request))))]
  const found = new Map<string, Target>()
  for (const one of callers) {
    if (one.kind === 'mailbox') found.set(one.mailboxId, { caller: one, mailbox: one.mailboxId })
    else if (one.kind === 'account') found.set(one.account.id, { caller: one, mailbox: null })
  }
  if (found.size === 0) throw new Refusal('credential-missing')
  return [...found.values()]
}

/** Refuses: as Streams.follow; rate-exceeded, invalid-cursor. */
async function follow(
  door: Door,
  targets: readonly Target[],
  request: Request,
  lastEventId: string | undefined,
  visit: Visit,
): Promise<Response> {
  // Only a stream that somebody reads may be held.
  if (request.method === 'HEAD') throw new Refusal('route-unknown')
  const last = seqIn(request.headers.get('last-event-id') ?? lastEventId)
  const leave = door.streamSlots.take(visit.client)
  try {
    visit.holdOpen()
    let left = targets.length
    return await door.streams.answer(async ({ send, ready, end }) => {
      const take = (item: StreamItem): void => {
        send(streamed(item))
        // Nothing more can come of a stream whose mailboxes are all gone.
        if (item.type === 'gone' && --left === 0) end()
      }
      const stop = await door.core.streams.follow(targets, last, { take, ready, end })
      return () => {
        stop()
        leave()
      }
    })
  } catch (error) {
    leave()
    throw error
  }
}

/** Refuses: invalid-cursor. */
function seqIn(id: string | undefined): number | null {
  if (id === undefined || id === '') return null
  if (!/^\d{1,15}$/.test(id)) throw new Refusal('invalid-cursor')
  return Number(id)
}
