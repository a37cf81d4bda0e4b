// The attachments of a mail, as MinuteMail speaks of them.
import { Elysia } from 'elysia'
import type { AccountCaller } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { download } from '../../http/download.ts'
import { described } from '../../http/foreign.ts'
import { piecewise } from '../../http/piecewise.ts'
import { smallBytes } from '../../messages/downloads.ts'
import type { FullMessage } from '../../messages/message.ts'
import { always, alwaysWithBody, done, Ids, keyed, openMailbox } from './base.ts'
import { attachmentItem } from './wire.ts'

const tag = 'attachments'
const refusals = { ...always, 404: ['not_found'] }
const below = '/v1/mailboxes/:mailbox/mails/:mail/attachments'

export const attachmentRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .get(
      below,
      async ({ caller, params }) => {
        const mail = await mailOf(door, caller, params)
        return { items: mail.attachments.map(attachmentItem) }
      },
      {
        ...described({ summary: 'List the attachments of a mail', tag, answers: { 200: 'AttachmentList' }, refusals }),
      },
    )
    .delete(
      below,
      async ({ caller, params, body }) => {
        const { id } = await mailOf(door, caller, params)
        await door.core.messages.hideAttachments(caller, id, body.ids)
        return done()
      },
      {
        body: Ids,
        ...described({
          summary: 'Delete several attachments of a mail',
          description: 'Ids that are none of its attachments are let pass.',
          tag,
          answers: { 204: null },
          refusals: { ...alwaysWithBody, 404: ['not_found'] },
        }),
      },
    )
    .get(
      `${below}/:attachment`,
      async ({ caller, params, visit, request }) => {
        const mail = await mailOf(door, caller, params)
        const attachment = await door.core.messages.attachmentOf(caller, mail, params.attachment)
        // Nobody would read it, nor tell that it is over.
        if (request.method === 'HEAD') return new Response(null, { headers: json })
        const held = await download(door, visit.client, mail, attachment)
        return withData(attachmentItem(attachment), held)
      },
      {
        ...described({
          summary: 'Show an attachment with its bytes in base64',
          tag,
          answers: { 200: 'AttachmentContent' },
          refusals,
        }),
      },
    )
    .delete(
      `${below}/:attachment`,
      async ({ caller, params }) => {
        const { messages } = door.core
        const mail = await mailOf(door, caller, params)
        const { id } = await messages.attachmentOf(caller, mail, params.attachment)
        await messages.hideAttachments(caller, mail.id, [id])
        return done()
      },
      { ...described({ summary: 'Delete an attachment', tag, answers: { 204: null }, refusals }) },
    )

/** Refuses: as `openMailbox`; message-unknown. */
async function mailOf(
  door: Door,
  caller: AccountCaller,
  { mailbox, mail }: { mailbox: string; mail: string },
): Promise<FullMessage> {
  const { id } = await openMailbox(door, caller, mailbox)
  return door.core.messages.inMailbox(caller, id, mail)
}

const json = { 'Content-Type': 'application/json;charset=utf-8' }
const encoder = new TextEncoder()
/** Bytes that are made base64 at a time: whole groups of three, so that the pieces can be put together. */
const stepBytes = 3 * 64 * 1024

/** An item with `data`: of a large one made while it is sent. */
function withData(item: object, { bytes, release }: Awaited<ReturnType<typeof download>>): Response {
  if (bytes.byteLength > smallBytes) return piecewise(inBase64(item, bytes), { headers: json }, release)
  const answer = Response.json({ ...item, data: Buffer.from(bytes).toString('base64') })
  release()
  return answer
}

function* inBase64(item: object, bytes: Uint8Array): Generator<Uint8Array> {
  yield encoder.encode(`${JSON.stringify(item).slice(0, -1)},"data":"`)
  for (let at = 0; at < bytes.byteLength; at += stepBytes) {
    const { buffer, byteOffset } = bytes
    const step = Buffer.from(buffer, byteOffset + at, Math.min(stepBytes, bytes.byteLength - at))
    yield encoder.encode(step.toString('base64'))
  }
  yield encoder.encode('"}')
}
