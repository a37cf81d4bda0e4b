// The calls of MailFade's API, in an order in which they can be made.
import type { Calls } from '../call.ts'

export const mailfade = {
  peek: {
    group: 'mail',
    method: 'GET',
    path: '/inbox/{ADDRESS}',
    credential: 'none',
    status: 200,
    keep: { MESSAGE_ID: 'emails.0.id' },
    after: 'mail',
  },
  peekMessage: { group: 'mail', method: 'GET', path: '/message/{MESSAGE_ID}', credential: 'none', status: 200 },
  inbox: { group: 'mail', method: 'GET', path: '/inbox/{ADDRESS}?limit=10', status: 200 },
  message: {
    group: 'mail',
    method: 'GET',
    path: '/message/{MESSAGE_ID}',
    status: 200,
    keep: { ATTACHMENT_ID: 'attachments.0.id' },
  },
  raw: { group: 'mail', method: 'GET', path: '/message/{MESSAGE_ID}/raw', status: 200, isText: true },
  attachment: { group: 'attachments', method: 'GET', path: '/attachment/{ATTACHMENT_ID}', status: 200, isText: true },
  orderKey: {
    group: 'plans',
    method: 'POST',
    path: '/keys',
    credential: 'none',
    body: { plan: 'pro', rail: 'manual' },
    status: 200,
    keep: { INVOICE_ID: 'invoice_id' },
  },
  ordered: { group: 'plans', method: 'GET', path: '/keys/{INVOICE_ID}', credential: 'none', status: 200 },
} as const satisfies Calls
