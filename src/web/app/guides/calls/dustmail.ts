// The calls of DustMail's API, in an order in which they can be made.
import type { Calls } from '../call.ts'

const base = '/api/v1/inbox'

export const dustmail = {
  create: {
    group: 'mailboxes',
    method: 'POST',
    path: base,
    body: { duration: 30 },
    status: 201,
    keep: { INBOX_ID: 'data.id', ADDRESS: 'data.email' },
  },
  list: { group: 'mailboxes', method: 'GET', path: base, credential: 'header', status: 200 },
  show: { group: 'mail', method: 'GET', path: `${base}/{INBOX_ID}`, status: 200, after: 'mail' },
  remove: { group: 'mailboxes', method: 'DELETE', path: `${base}/{INBOX_ID}`, status: 200 },
} as const satisfies Calls
