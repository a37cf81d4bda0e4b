// The calls of Run2Mail's API, in an order in which they can be made.
import type { Calls } from '../call.ts'

const base = '/api/v1'

export const run2mail = {
  me: { group: 'account', method: 'GET', path: `${base}/me`, status: 200 },
  create: {
    group: 'mailboxes',
    method: 'POST',
    path: `${base}/emails/create`,
    body: { type: 'random' },
    status: 201,
    keep: { ADDRESS: 'data.email' },
  },
  messages: {
    group: 'mail',
    method: 'GET',
    path: `${base}/emails/{ADDRESS}/messages`,
    status: 200,
    after: 'mail',
  },
} as const satisfies Calls
