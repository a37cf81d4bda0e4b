// Mail that clients put into a mailbox themselves, as MinuteMail has it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { requestBody } from '../../http/document.ts'
import { described } from '../../http/foreign.ts'
import { formOf } from '../../http/form.ts'
import { looseBody } from '../../http/input.ts'
import { longAnswer } from '../../http/long-answer.ts'
import { invalid } from '../../refusal.ts'
import { always, keyed, openMailbox } from './base.ts'
import { ExpiresWithin, minutesWithin } from './duration.ts'
import { attachmentItem, mailItem } from './wire.ts'

const mails = '/v1/mailboxes/:mailbox/mails'

const letter = Type.Object({
  sender: Type.String({ minLength: 1, maxLength: 1000, description: 'An address, or a name and an address.' }),
  subject: Type.String({ maxLength: 2000, default: '' }),
  body: Type.String({ maxLength: 2 ** 31, default: '', description: 'Html, or text.' }),
  expiresIn: ExpiresWithin,
})
const Letter = looseBody(letter)

const Added = looseBody(
  Type.Object({
    filename: Type.String({ minLength: 1, maxLength: 1000 }),
    contentType: Type.String({ maxLength: 300, default: 'application/octet-stream' }),
    sizeBytes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2 ** 31, description: 'Of the bytes, not of their base64.' }),
    ),
    expiresIn: ExpiresWithin,
    data: Type.String({ maxLength: 2 ** 31, description: 'The bytes in base64.', wanted: 'base64' }),
  }),
)

/** Of a mail that does not say; its mailbox may end before. */
const usualMinutes = 120
/** What a file part is called. */
const fileField = 'files'
const Files = Type.Array(Type.String({ format: 'binary' }), { description: 'Files that are attached.' })
const form = requestBody(
  Type.Object({ ...letter.properties, [fileField]: Type.Optional(Files) }),
  'multipart/form-data',
)

export const injectionRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .post(
      `${mails}/:mail/attachments`,
      async ({ caller, params, body: { filename, contentType, sizeBytes, expiresIn, data }, set }) => {
        const { messages, injecting } = door.core
        const { id } = await openMailbox(door, caller, params.mailbox)
        const mail = await messages.inMailbox(caller, id, params.mail)
        const bytes = bytesIn(data)
        if (sizeBytes !== undefined && sizeBytes !== bytes.byteLength) {
          throw invalid('body.sizeBytes', `must be the size of the data, which is ${bytes.byteLength}`)
        }
        const minutes = expiresIn === undefined ? null : minutesWithin(expiresIn)
        const file = { name: filename, type: contentType, bytes }
        const added = await injecting.attach(caller, mail.id, file, { minutes })
        set.status = 201
        return attachmentItem(added)
      },
      {
        body: Added,
        ...described({
          summary: 'Add an attachment to a mail',
          description: 'It ends with the mail, or before it.',
          tag: 'attachments',
          answers: { 201: 'Attachment' },
          refusals: { 400: ['bad_request'], ...always, 404: ['not_found'], 413: ['bad_request'] },
        }),
      },
    )
    .post(
      mails,
      async ({ caller, params, visit, request }) => {
        const { id } = await openMailbox(door, caller, params.mailbox)
        const { fields, files } = await formOf(visit.form, request.headers.get('content-type'))
        const { expiresIn, ...said } = Letter['~standard'].validate(fields).value
        const attached = files.filter(({ field }) => field === fileField)
        const wish = { minutes: minutesWithin(expiresIn ?? usualMinutes) }
        const mail = await door.core.injecting.mail(caller, id, { ...said, files: attached }, wish)
        const { value, later } = mailItem(mail)
        return longAnswer(value, later, { status: 201 })
      },
      {
        detail: {
          ...described({
            summary: 'Put a mail into a mailbox',
            description: 'It is taken as one that came by SMTP.',
            tag: 'mails',
            answers: { 201: 'Mail' },
            refusals: { 400: ['bad_request'], ...always, 404: ['not_found'], 413: ['bad_request'] },
          }).detail,
          requestBody: form,
        },
      },
    )

/** The largest body of a call that brings a mail or an attachment: base64 takes a third more. Null: the usual bound. */
export const injectionBytes =
  ({ options }: Pick<Door, 'options'>) =>
  (method: string, path: string): number | null =>
    method === 'POST' && /^\/v1\/mailboxes\/[^/]+\/mails(\/[^/]+\/attachments)?\/?$/.test(path)
      ? Math.ceil((options.maxMailBytes * 4) / 3) + 64 * 1024
      : null

/** Refuses: invalid-request. */
function bytesIn(data: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(data)
  } catch {
    throw invalid('body.data', 'must be base64')
  }
}
