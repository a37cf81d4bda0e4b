// The bytes of a message: as they came, as html that runs nothing, and its attachments.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { fileAnswer, sourceAnswer } from '../../http/file-answer.ts'
import { queryInput } from '../../http/input.ts'
import { partsOf, piecewise } from '../../http/piecewise.ts'
import { smallBytes } from '../../messages/downloads.ts'
import type { FullMessage } from '../../messages/message.ts'
import { Refusal } from '../../refusal.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'

const Raw = queryInput(
  Type.Object({
    trace: Type.Boolean({ default: false, description: 'With our Return-Path and Received before it.' }),
  }),
)
export const Remote = Type.Boolean({ default: false, description: 'Let pictures of other servers be loaded.' })
export const Look = Type.Optional(
  Type.Union([Type.Literal('light'), Type.Literal('dark')], {
    description:
      "Show it light or dark, whatever the browser's look is. A mail without dark colours of its own is turned round.",
  }),
)
const Html = queryInput(Type.Object({ remote: Remote, look: Look }))
const Inline = queryInput(
  Type.Object({ inline: Type.Boolean({ default: false, description: 'Show it, if it is a picture.' }) }),
)

/** Pictures that browsers show and that cannot run anything. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

export const contentRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/messages/:id/raw',
      async ({ caller, params, query }) =>
        sourceAnswer(await door.core.messages.raw(caller, params.id, query), `${params.id}.eml`),
      {
        query: Raw,
        ...described({
          summary: "Read a message's bytes as they came",
          tag: 'messages',
          credential: 'optional',
          answers: { 200: 'message/rfc822' },
          refusals: ['message-unknown'],
        }),
      },
    )
    .get(
      '/messages/:id/html',
      async ({ caller, params, query }) => {
        const message = await door.core.messages.get(caller, params.id)
        // A browser shows the page in a sandbox, whose pictures can bear no credential: a ticket opens them.
        const { ticket } = door.core.tickets.issue({ messageId: message.id, publicly: caller.kind === 'nobody' })
        return htmlAnswer(door, message, { ...query, links: false, base: `/view/${ticket}/` })
      },
      {
        query: Html,
        ...described({
          summary: "Read a message's html, sanitised",
          tag: 'messages',
          credential: 'optional',
          answers: { 200: 'text/html' },
          refusals: ['message-unknown', 'took-too-long', 'too-busy'],
        }),
      },
    )
    .get('/messages/:id/parts', async ({ caller, params }) => door.core.messages.parts(caller, params.id), {
      ...described({
        summary: 'See how a message is made up',
        description: 'Its parts within parts, in their order, as far as the limits on structure reach.',
        tag: 'messages',
        credential: 'optional',
        answers: { 200: 'Part' },
        refusals: ['message-unknown', 'took-too-long', 'too-busy'],
      }),
    })
    .get(
      '/messages/:id/attachments/:n',
      async ({ caller, params, query, request }) =>
        attachmentAnswer(door, await door.core.messages.get(caller, params.id), params.n, { ...query, request }),
      {
        query: Inline,
        ...described({
          summary: 'Download an attachment',
          tag: 'messages',
          credential: 'optional',
          answers: { 200: 'application/octet-stream' },
          refusals: ['message-unknown', 'attachment-unknown', 'took-too-long', 'too-busy', 'rate-exceeded'],
        }),
      },
    )

type HtmlWish = { remote: boolean; links: boolean; look?: 'light' | 'dark' | undefined; base: string }

/** Where the page shows whither a link leads, before anybody goes there. */
const leaving = '/app/link#'

/**
 * What a page of mail may do: nothing but styles, its own pictures, and others' if the reader asked for them. `links`: those
 * that are clicked open a window, which is not bound by the sandbox; nothing but a click opens one.
 */
const pagePolicy = ({ remote, links }: HtmlWish): string =>
  `sandbox${links ? ' allow-popups allow-popups-to-escape-sandbox' : ''}; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:${remote ? ' https: http:' : ''}`

/** Refuses: took-too-long, too-busy. */
export async function htmlAnswer(door: Door, message: FullMessage, wish: HtmlWish): Promise<Response> {
  const { remote, look = null, links, base } = wish
  const html = await door.core.messages.html(message, { remote, look, leaving: links ? leaving : null, base })
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': pagePolicy(wish) }
  if (html.byteLength <= smallBytes) return new Response(Buffer.concat([pageBegin, html]), { headers })
  return piecewise([pageBegin, ...partsOf(html)], { headers }, () => {})
}

const pageBegin = Buffer.from('<!doctype html>\n<meta charset="utf-8">\n')

/** By its number in the mail, or its id. Refuses: attachment-unknown, took-too-long, too-busy, rate-exceeded. */
export async function attachmentAnswer(
  door: Door,
  message: FullMessage,
  n: string,
  { inline, request }: { inline: boolean; request: Request },
): Promise<Response> {
  const asked = n.toLowerCase()
  const known = message.attachments.find(({ id, index }) => String(index) === asked || id === asked)
  if (!known) throw new Refusal('attachment-unknown')
  const shown = pictures.has(known.type) && (known.inline || inline)
  return fileAnswer(door, request, message, known, shown ? 'inline' : 'attachment')
}
