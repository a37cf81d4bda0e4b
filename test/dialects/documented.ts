// The calls that the APIs' documents name, and what they are sent beside what stands in the path. A walk over a foreign
// API's document fails for a call that has no row here.
import { openapi } from '../../src/http/openapi.ts'
import { at } from '../http/serve.ts'

export type Operation = {
  /** `GET /v1/mailboxes` */
  name: string
  method: string
  path: string
  operation: unknown
}

export const record = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

export async function operationsOf(dialect: string): Promise<Operation[]> {
  // As a client reads it.
  const document = JSON.parse(JSON.stringify(await openapi(dialect)))
  return record(at(document, 'paths')).flatMap(([path, item]) =>
    record(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
}

export const filled = (path: string, values: Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))

/** `json`: a good body. `form`: the fields of one. `ids`: what the ids in its body are of. `query`: with its "?". `anyQuery`: what is no value stands for the usual one. */
export type Sent = { json?: object; form?: Record<string, string>; ids?: string; query?: string; anyQuery?: true }

const mails = '/v1/mailboxes/{mailbox}/mails'
const mail = `${mails}/{mail}`
const nothing: Sent = {}

export const sent: Record<string, Record<string, Sent>> = {
  // Only those that need something.
  native: {
    'POST /mayfly/v1/mailboxes/{mailbox}/token': { json: { password: 'open sesame' } },
    'PATCH /mayfly/v1/messages/{id}': { json: { seen: true } },
    'GET /mayfly/v1/search': { query: '?q=x' },
    'PATCH /mayfly/v1/members/{id}': { json: { role: 'member' } },
    'POST /mayfly/v1/admin/accounts': { json: { email: 'x@b.test' } },
    'POST /mayfly/v1/admin/blocks': { json: { kind: 'sender', pattern: 'evil.test' } },
    'POST /mayfly/v1/account/invoices': { json: { plan: 'dev', rail: 'manual' } },
    'POST /mayfly/v1/checkout/{id}': { json: { secret: 'x' } },
    'POST /mayfly/v1/checkout/{id}/key': { json: { secret: 'x' } },
    'POST /mayfly/v1/domains': { json: { name: 'own.example' } },
    'POST /mayfly/v1/webhooks': { json: { url: 'https://hooks.example/mail' } },
  },
  run2mail: {
    'GET /api/v1/me': nothing,
    'POST /api/v1/emails/create': { json: { type: 'random' } },
    'GET /api/v1/emails/{address}/messages': nothing,
  },
  dustmail: {
    'POST /api/v1/inbox': { json: {} },
    'GET /api/v1/inbox': nothing,
    'GET /api/v1/inbox/{id}': nothing,
    'DELETE /api/v1/inbox/{id}': nothing,
  },
  minutemail: {
    'GET /health': nothing,
    'GET /ready': nothing,
    'GET /v1/mailboxes': nothing,
    'POST /v1/mailboxes': { json: { expiresIn: 5 } },
    'DELETE /v1/mailboxes': { ids: 'mailbox' },
    'GET /v1/mailboxes/{mailbox}': nothing,
    'DELETE /v1/mailboxes/{mailbox}': nothing,
    'GET /v1/archived-mailboxes': nothing,
    'DELETE /v1/archived-mailboxes': { ids: 'archived' },
    'GET /v1/archived-mailboxes/{mailbox}': nothing,
    'DELETE /v1/archived-mailboxes/{mailbox}': nothing,
    'POST /v1/archived-mailboxes/{mailbox}/reactivate': { json: { expiresIn: 5 } },
    [`GET ${mails}`]: nothing,
    [`POST ${mails}`]: { form: { sender: 'a@b.test', subject: 'put in' } },
    [`DELETE ${mails}`]: { ids: 'mail' },
    [`GET ${mail}`]: nothing,
    [`DELETE ${mail}`]: nothing,
    [`GET ${mail}/attachments`]: nothing,
    [`POST ${mail}/attachments`]: { json: { filename: 'a.txt', data: 'YWJj' } },
    [`DELETE ${mail}/attachments`]: { ids: 'attachment' },
    [`GET ${mail}/attachments/{attachment}`]: nothing,
    [`DELETE ${mail}/attachments/{attachment}`]: nothing,
    'GET /v1/domains': nothing,
    'POST /v1/domains': { json: { name: 'own.example' } },
    'POST /v1/domains/{domain}/verify': nothing,
    'DELETE /v1/domains/{domain}': nothing,
    'GET /v1/members': nothing,
    'GET /v1/members/{member}': nothing,
    'DELETE /v1/members/{member}': nothing,
    'GET /v1/invitations': nothing,
    'POST /v1/invitations': { json: { email: 'new@b.test' } },
    'DELETE /v1/invitations/{invitation}': nothing,
  },
  mailfade: {
    'GET /inbox/{address}': nothing,
    'GET /message/{id}': nothing,
    'GET /message/{id}/raw': nothing,
    'GET /attachment/{id}': nothing,
    'POST /keys': { json: { plan: 'dev', rail: 'manual' } },
    'GET /keys/{invoiceId}': nothing,
  },
  mailcx: {
    'POST /api/accounts': { json: { address: 'walked@mayfly.test', password: 'open sesame' } },
    'POST /api/token': { json: { address: 'nobody@mayfly.test', password: 'open sesame' } },
    'GET /api/domains': nothing,
    'GET /api/me': nothing,
    'DELETE /api/me': nothing,
    'DELETE /api/accounts/{account}': nothing,
    'GET /api/messages': { anyQuery: true },
    'PUT /api/messages/read': { ids: 'mail' },
    'GET /api/messages/{message}': nothing,
    'DELETE /api/messages/{message}': nothing,
    'PUT /api/messages/{message}/read': nothing,
    'GET /api/messages/{message}/source': nothing,
    'GET /api/messages/{message}/attachments/{index}': nothing,
    'GET /api/ws': nothing,
    'GET /pro/api/accounts': nothing,
    'DELETE /pro/api/accounts/{account}': nothing,
    'PUT /pro/api/accounts/{account}/reset-password': { json: { password: 'open sesame' } },
    'GET /pro/api/accounts/{account}/messages': { anyQuery: true },
    'GET /pro/api/domains': nothing,
    'POST /pro/api/domains': { json: { domain: 'own.example' } },
    'POST /pro/api/domains/{domain}/verify': nothing,
    'DELETE /pro/api/domains/{domain}': nothing,
    'GET /pro/api/tokens': nothing,
    'POST /pro/api/tokens': { json: { name: 'walked' } },
    'DELETE /pro/api/tokens/{token}': nothing,
    'GET /pro/api/webhooks': nothing,
    'POST /pro/api/webhooks': { json: { url: 'https://192.88.100.1/hook', events: ['email.received'] } },
    'DELETE /pro/api/webhooks/{webhook}': nothing,
    'POST /pro/api/webhooks/{webhook}/rotate': nothing,
    'GET /pro/api/webhooks/{webhook}/deliveries': nothing,
  },
}

/** What a call sends as its body, and with which headers. */
export function bodyOf(
  { json, form, ids }: Sent,
  own: readonly string[] = [],
): { body?: unknown; headers: Record<string, string> } {
  if (form) {
    const parts = Object.entries(form).map(
      ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    return { body: `${parts.join('')}--x--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=x' } }
  }
  if (ids) return { body: { ids: own }, headers: {} }
  return { ...(json ? { body: json } : {}), headers: {} }
}
