// Holding a call until a mail comes.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import { longAnswer } from '../../http/long-answer.ts'
import type { Visit } from '../../http/visit.ts'
import type { WaitOutcome } from '../../messages/waits.ts'
import { invalid, type Reason, Refusal } from '../../refusal.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { answers, errorBody } from './errors.ts'
import { laterTexts, waited } from './wire.ts'

const part = (description: string) => Type.Optional(Type.String({ maxLength: 500, description }))

const Waiting = queryInput(
  Type.Object({
    timeout: Type.Number({ minimum: 0, maximum: 120, default: 30, description: 'Seconds to wait.' }),
    from: part('A part of the sender, in any case.'),
    subject: part('A part of the subject, in any case.'),
    text: part('A part of the text, in any case.'),
    has: Type.Optional(
      Type.String({ maxLength: 100, description: 'All that it must have, with commas: code, link, attachment.' }),
    ),
    count: Type.Integer({ minimum: 1, maximum: 100, default: 1, description: 'How many must match.' }),
    after: Type.Optional(
      Type.String({ maxLength: 200, description: 'The `cursor` of the wait before; without it, from what is there.' }),
    ),
    expect: Type.Optional(
      Type.Literal('none', { description: 'Hold for the whole time; a match is answered at once with 409.' }),
    ),
  }),
)

const refusalsOf = {
  'not-arrived': 'message-not-arrived',
  unexpected: 'message-unexpected',
  arrived: null,
  'none-came': null,
} as const satisfies Record<WaitOutcome['kind'], Reason | null>

export const waitRoutes = (door: Door) =>
  new Elysia({ prefix }).use(keyed(door)).get(
    '/mailboxes/:mailbox/wait',
    async ({ caller, params, query, request, visit }) => {
      // Only a call that somebody reads may be held.
      if (request.method === 'HEAD') throw new Refusal('route-unknown')
      const { timeout, has, expect, ...wish } = query
      const things = has === undefined ? [] : thingsIn(has)
      const leave = door.waitSlots.take(visit.client)
      visit.holdOpen()
      try {
        const outcome = await door.core.waits.wait(caller, params.mailbox, {
          ...wish,
          timeoutMs: timeout * 1000,
          has: things,
          expectNone: expect === 'none',
          signal: AbortSignal.any([request.signal, door.stopping]),
        })
        return answerOf(outcome, visit)
      } finally {
        leave()
      }
    },
    {
      query: Waiting,
      ...described({
        summary: 'Wait for a mail',
        description:
          'Looks at messages when they have been read out, in that order. Answers the first that match, with their codes and links.',
        tag: 'messages',
        credential: 'optional',
        answers: { 200: 'Wait', 404: 'WaitRefused', 409: 'WaitRefused' },
        refusals: ['mailbox-unknown', 'invalid-cursor', 'rate-exceeded', 'took-too-long', 'too-busy'],
      }),
    },
  )

function answerOf(outcome: WaitOutcome, visit: Visit): Response {
  const found = waited(outcome)
  const later = laterTexts(outcome.messages)
  const reason = refusalsOf[outcome.kind]
  if (reason === null) return longAnswer(found, later)
  visit.refused = reason
  return longAnswer({ ...errorBody(new Refusal(reason), visit), ...found }, later, { status: answers[reason][0] })
}

/** Refuses: invalid-request. */
function thingsIn(text: string): ('code' | 'link' | 'attachment')[] {
  return text.split(',').map((word) => {
    const thing = word.trim()
    if (thing !== 'code' && thing !== 'link' && thing !== 'attachment') {
      throw invalid('query.has', 'must be one or more of code, link, attachment, with commas')
    }
    return thing
  })
}
