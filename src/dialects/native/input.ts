// Input that several routes share.
import { Type } from '@sinclair/typebox'

export const Limit = Type.Integer({ minimum: 1, maximum: 100, default: 25, description: 'How many at most.' })
export const Cursor = Type.Optional(Type.String({ maxLength: 200, description: 'The `next` of the page before.' }))
export const Since = Type.Optional(
  Type.String({ format: 'date-time', maxLength: 40, description: 'Only mail received at or after this instant.' }),
)
export const Words = Type.String({
  maxLength: 500,
  description: 'Words that are looked for in subject, sender, recipients and text; the last may be begun only.',
})
