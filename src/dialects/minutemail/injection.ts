// Mail that clients put into a mailbox themselves, as MinuteMail has it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { requestBody } from '../../http/document.ts'
import { described } from '../../http/foreign.ts'
import { formOf } from '../../http/form.ts'
import { looseBody } from '../../http/input.ts'
import { longAnswer } from '../../http/long-answer.ts'
import { always, keyed, openMailbox } from './base.ts'
import { ExpiresWithin, minutesWithin } from './duration.ts'
import { mailItem } from './wire.ts'

const mails = '/v1/mailboxes/:mailbox/mails'

const letter = Type.Object({
  sender: Type.String({ minLength: 1, maxLength: 1000, description: 'An address, or a name and an address.' }),
  subject: Type.String({ maxLength: 2000, default: '' }),
  body: Type.String({ maxLength: 2 ** 31, default: '', description: 'Html, or text.' }),
  expiresIn: ExpiresWithin,
})
const Letter = looseBody(letter)

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
  new Elysia().use(keyed(door)).post(
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

/** The largest body of a call that brings a mail or an attachment: base64 takes a third more. Null: as large as any. */
export const injectionBytes =
  ({ options }: Pick<Door, 'options'>) =>
  (method: string, path: string): number | null =>
    method === 'POST' && /^\/v1\/mailboxes\/[^/]+\/mails(\/[^/]+\/attachments)?\/?$/.test(path)
      ? Math.ceil((options.maxMailBytes * 4) / 3) + 64 * 1024
      : null
