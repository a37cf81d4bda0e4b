// The APIs, each as the contract suite speaks to it, and the gaps that each has.
import { ulidOf, uuidOf } from '../../src/ulid.ts'
import { at, listIn } from '../http/serve.ts'
import type { Box, Seen, Speaking } from './speaking.ts'

const text = (json: unknown, ...keys: (string | number)[]): string => {
  const found = at(json, ...keys)
  if (typeof found !== 'string') throw new Error(`no text at ${keys.join('.')} of ${JSON.stringify(json)}`)
  return found
}

const nothing = (): void => {}

/** Texts only where a mail is read by itself; null says there that it has none. */
const nativeMail = (one: unknown): Seen => ({
  id: text(one, 'id'),
  subject: text(one, 'subject'),
  sender: text(one, 'from'),
  receivedAt: Date.parse(text(one, 'receivedAt')),
  text: at(one, 'text') === undefined ? null : String(at(one, 'text') ?? ''),
})

const plainBox = (json: unknown): Box => ({ id: text(json, 'id'), address: text(json, 'address') })

export const native: Speaking = {
  name: 'native',
  open: {
    call: () => ({ method: 'POST', path: '/mayfly/v1/mailboxes', body: {} }),
    got: plainBox,
  },
  openAt: {
    call: (localPart) => ({ method: 'POST', path: '/mayfly/v1/mailboxes', body: { localPart } }),
    got: plainBox,
  },
  list: {
    call: ({ id }) => ({ method: 'GET', path: `/mayfly/v1/mailboxes/${id}/messages` }),
    got: (json) => listIn(json, 'items').map(nativeMail),
  },
  listTagged: {
    call: (address) => ({ method: 'GET', path: `/mayfly/v1/mailboxes/${address}/messages` }),
    got: (json) => listIn(json, 'items').map(nativeMail),
  },
  read: {
    call: ({ mail }) => ({ method: 'GET', path: `/mayfly/v1/messages/${mail.id}` }),
    got: nativeMail,
  },
  delete: { call: ({ mail }) => ({ method: 'DELETE', path: `/mayfly/v1/messages/${mail.id}` }), got: nothing },
  end: { call: ({ id }) => ({ method: 'DELETE', path: `/mayfly/v1/mailboxes/${id}` }), got: nothing },
  hook: {
    call: (url) => ({ method: 'POST', path: '/mayfly/v1/webhooks', body: { url, events: ['message.digested'] } }),
    got: (json) => text(json, 'secret'),
  },
  toldOf: (json) => text(json, 'data', 'message', 'id'),
  nowhere: '/mayfly/v1/nowhere',
  codeIn: (json) => {
    const error = at(json, 'error')
    const isWhole = ['reason', 'message', 'requestId'].every((name) => typeof at(error, name) === 'string')
    return isWhole && Object.keys(Object(json)).join() === 'error' ? text(error, 'reason') : null
  },
  refusals: {
    'a wrong key': '401 credential-wrong',
    'a revoked key': '401 key-inactive',
    'a suspended account': '403 account-suspended',
    'a taken address': '409 mailbox-taken',
    'no such mailbox': '404 mailbox-unknown',
    'no such mail': '404 message-unknown',
    "another's mailbox": '404 mailbox-unknown',
    "another's mail": '404 message-unknown',
    'malformed JSON': '400 invalid-request',
    'a wrong content type': '400 invalid-request',
    'an unknown path': '404 route-unknown',
    'an unknown method': '404 route-unknown',
    'too large a body': '413 too-large',
    'too many mailboxes': '429 mailboxes-exhausted',
    'a defect': '500 internal',
    'the API switched off': '503 api-off',
  },
  lacks: {
    "what is another account's looks as if it were not there":
      'a free address of a public domain reads as an empty mailbox, so that one that is refused has an owner',
    'without a key nothing is answered': 'who has no account opens mailboxes too, and has a token for each',
    'without it in the config its paths are not there, and the others are':
      'the page stands on it, and who would use the server without it can close its port',
  },
}

/** `{success:false,error,message}` and at most `meta`. */
const codeOfUnsuccessful = (json: unknown): string | null => {
  const names = Object.keys(Object(json)).filter((name) => name !== 'meta')
  const isWhole = names.join() === 'success,error,message' && at(json, 'success') === false
  return isWhole && text(json, 'message') !== '' ? text(json, 'error') : null
}

const snakeMail = (one: unknown): Seen => ({
  id: text(one, 'id'),
  subject: text(one, 'subject'),
  sender: text(one, 'from'),
  receivedAt: Date.parse(text(one, 'received_at')),
  text: text(one, 'text'),
})

const snakeBox = (json: unknown): Box => ({ id: text(json, 'data', 'id'), address: text(json, 'data', 'email') })

const run2mailList = (address: string) => ({ method: 'GET', path: `/api/v1/emails/${address}/messages` })
const run2mailMails = (json: unknown): Seen[] => listIn(json, 'data', 'messages').map(snakeMail)

const run2mail: Speaking = {
  name: 'run2mail',
  open: { call: () => ({ method: 'POST', path: '/api/v1/emails/create', body: { type: 'random' } }), got: snakeBox },
  openAt: {
    call: (username) => ({ method: 'POST', path: '/api/v1/emails/create', body: { type: 'custom', username } }),
    got: snakeBox,
  },
  list: { call: ({ address }) => run2mailList(address), got: run2mailMails },
  listTagged: { call: run2mailList, got: run2mailMails },
  keyless: '401 unauthenticated',
  setting: 'MAYFLY_DIALECTS_RUN2MAIL_ENABLED',
  hidesOthers: true,
  nowhere: '/api/v1/emails/nowhere',
  codeIn: codeOfUnsuccessful,
  refusals: {
    'a wrong key': '401 unauthenticated',
    'a revoked key': '401 unauthenticated',
    'a suspended account': '403 forbidden',
    'a taken address': '422 validation_failed',
    'no such mailbox': '403 forbidden',
    'no such mail': '403 forbidden',
    "another's mailbox": '403 forbidden',
    "another's mail": '403 forbidden',
    'malformed JSON': '422 validation_failed',
    'a wrong content type': '422 validation_failed',
    'an unknown path': '404 not_found',
    'an unknown method': '404 not_found',
    'too large a body': '413 validation_failed',
    'too many mailboxes': '429 inbox_limit_reached',
    'a defect': '500 internal_error',
    'the API switched off': '503 api_disabled',
  },
  lacks: {
    'a webhook is told of each mail, signed with the secret that was shown': 'the service has no webhooks',
    'a mail can be read by itself': 'its list has all of each mail, and there is no call for one',
    'a mail that is deleted here is gone everywhere': 'the service has no call that deletes',
    'a mailbox that is ended here is gone everywhere': 'the service has no call that deletes',
  },
}

export const dustmail: Speaking = {
  name: 'dustmail',
  open: { call: () => ({ method: 'POST', path: '/api/v1/inbox', body: {} }), got: snakeBox },
  openAt: {
    call: (username) => ({ method: 'POST', path: '/api/v1/inbox', body: { username } }),
    got: snakeBox,
  },
  list: {
    call: ({ id }) => ({ method: 'GET', path: `/api/v1/inbox/${id}` }),
    got: (json) => listIn(json, 'data', 'emails').map(snakeMail),
  },
  end: { call: ({ id }) => ({ method: 'DELETE', path: `/api/v1/inbox/${id}` }), got: nothing },
  keyless: '401 unauthorized',
  setting: 'MAYFLY_DIALECTS_DUSTMAIL_ENABLED',
  hidesOthers: true,
  nowhere: '/api/v1/inbox/no/where',
  codeIn: codeOfUnsuccessful,
  refusals: {
    'a wrong key': '401 unauthorized',
    'a revoked key': '401 unauthorized',
    'a suspended account': '403 forbidden',
    'a taken address': '409 address_taken',
    'no such mailbox': '404 not_found',
    'no such mail': '404 not_found',
    "another's mailbox": '404 not_found',
    "another's mail": '404 not_found',
    'malformed JSON': '400 invalid_json',
    'a wrong content type': '400 invalid_json',
    'an unknown path': '404 not_found',
    'an unknown method': '404 not_found',
    'too large a body': '413 invalid_json',
    'too many mailboxes': '429 rate_limit_exceeded',
    'a defect': '500 internal_error',
    'the API switched off': '503 api_disabled',
  },
  lacks: {
    'a webhook is told of each mail, signed with the secret that was shown': 'the service has no webhooks',
    'by a tagged address only its own mail is listed': 'its inboxes are asked for by their ids alone',
    'a mail can be read by itself': 'an inbox is shown with all of each mail, and there is no call for one',
    'a mail that is deleted here is gone everywhere': 'the service deletes inboxes, not mails',
  },
}

/** Times are whole seconds there. */
const minutemailMail = (one: unknown): Seen => ({
  id: text(one, 'id'),
  subject: text(one, 'subject'),
  sender: text(one, 'sender'),
  receivedAt: Date.parse(text(one, 'receivedAt')),
  text: text(one, 'text'),
})

const minutemailMails = ({ id }: Box): string => `/v1/mailboxes/${id}/mails`

const minutemail: Speaking = {
  name: 'minutemail',
  open: { call: () => ({ method: 'POST', path: '/v1/mailboxes', body: {} }), got: plainBox },
  list: {
    call: (box) => ({ method: 'GET', path: minutemailMails(box) }),
    got: (json) => listIn(json, 'items').map(minutemailMail),
  },
  read: {
    call: ({ box, mail }) => ({ method: 'GET', path: `${minutemailMails(box)}/${mail.id}` }),
    got: minutemailMail,
  },
  delete: {
    call: ({ box, mail }) => ({ method: 'DELETE', path: `${minutemailMails(box)}/${mail.id}` }),
    got: nothing,
  },
  end: { call: ({ id }) => ({ method: 'DELETE', path: `/v1/mailboxes/${id}` }), got: nothing },
  keyless: '401 unauthorized',
  setting: 'MAYFLY_DIALECTS_MINUTEMAIL_ENABLED',
  nowhere: '/v1/nowhere',
  codeIn: (json) => {
    const isWhole = Object.keys(Object(json)).join() === 'error,message' && text(json, 'message') !== ''
    return isWhole ? text(json, 'error') : null
  },
  refusals: {
    'a wrong key': '401 unauthorized',
    'a revoked key': '401 unauthorized',
    'a suspended account': '403 forbidden',
    'a taken address': '409 conflict',
    'no such mailbox': '404 not_found',
    'no such mail': '404 not_found',
    "another's mailbox": '403 forbidden',
    "another's mail": '403 forbidden',
    'malformed JSON': '400 bad_request',
    'a wrong content type': '400 bad_request',
    'an unknown path': '404 not_found',
    'an unknown method': '404 not_found',
    'too large a body': '413 bad_request',
    'too many mailboxes': '429 quota_exceeded',
    'a defect': '500 internal_error',
    'the API switched off': '503 service_unavailable',
  },
  lacks: {
    'a webhook is told of each mail, signed with the secret that was shown': 'the service has no webhooks',
    'an address can be chosen, once':
      'the service makes what stands before the "@" up, and has no field to wish for it',
    'by a tagged address only its own mail is listed': 'its mailboxes are asked for by their ids alone',
    "what is another account's looks as if it were not there":
      "the service says 403 to what is another's and 404 to what nobody has, and clients tell them apart",
  },
}

/** With ids as the others spell them; what is none of them is asked for as it is. */
const mailfadeMail = (one: unknown): Seen => ({
  id: uuidOf(text(one, 'id')) ?? '',
  subject: text(one, 'subject'),
  sender: text(one, 'sender'),
  receivedAt: Number(at(one, 'received_at')),
  text: at(one, 'text') === undefined ? null : text(one, 'text'),
})
const mailfadeList = (address: string) => ({ method: 'GET', path: `/inbox/${address}` })
const mailfadeMails = (json: unknown): Seen[] => listIn(json, 'emails').map(mailfadeMail)

const mailfade: Speaking = {
  name: 'mailfade',
  list: { call: ({ address }) => mailfadeList(address), got: mailfadeMails },
  listTagged: { call: mailfadeList, got: mailfadeMails },
  read: {
    call: ({ mail }) => ({ method: 'GET', path: `/message/${ulidOf(mail.id)}` }),
    got: mailfadeMail,
  },
  needsKey: '401 key_required',
  takesAnyQuery: true,
  setting: 'MAYFLY_DIALECTS_MAILFADE_ENABLED',
  nowhere: '/message/no/where',
  codeIn: (json) => {
    const names = Object.keys(Object(json)).filter((name) => name !== 'period_resets_at')
    return names.join() === 'error,hint' && text(json, 'hint') !== '' ? text(json, 'error') : null
  },
  refusals: {
    'a wrong key': '401 missing_or_invalid_key',
    'a revoked key': '402 key_inactive',
    'a suspended account': '402 key_inactive',
    'a taken address': '409 conflict',
    'no such mailbox': '404 not_found',
    'no such mail': '404 not_found',
    "another's mailbox": '404 not_found',
    "another's mail": '404 not_found',
    'malformed JSON': '400 invalid_json',
    'a wrong content type': '400 invalid_json',
    'an unknown path': '404 not_found',
    'an unknown method': '404 not_found',
    'too large a body': '413 invalid_json',
    'too many mailboxes': '429 quota_exhausted',
    'a defect': '500 internal_error',
    'the API switched off': '503 service_unavailable',
  },
  lacks: {
    'a webhook is told of each mail, signed with the secret that was shown': 'the service has no webhooks',
    'an address can be chosen, once': 'any address of a public domain is read without being opened',
    "an account's mailboxes count together, wherever they were opened": 'it opens none',
    'what cannot be understood is refused in its own words': 'what it reads it is asked for without a body',
    'a mail that is deleted here is gone everywhere': 'the service has no call that deletes',
    'a mailbox that is ended here is gone everywhere': 'the service has no call that deletes',
    'without a key nothing is answered': 'addresses that nobody opened are read without one',
    "what is another account's looks as if it were not there":
      'a free address of a public domain reads as an empty inbox, so that one that is refused has an owner',
  },
}

let made = 0
const bareAddress = (from: string): string => /<([^>]*)>$/.exec(from)?.[1] ?? from

/** By the account's key: who signed in to a mailbox has one alone, and is in mailcx.test.ts. */
const mailcx: Speaking = {
  name: 'mailcx',
  open: {
    call: () => ({
      method: 'POST',
      path: '/api/accounts',
      body: { address: `made-${++made}@mayfly.test`, password: 'open sesame' },
    }),
    got: plainBox,
  },
  openAt: {
    call: (localPart) => ({
      method: 'POST',
      path: '/api/accounts',
      body: { address: `${localPart}@mayfly.test`, password: 'open sesame' },
    }),
    got: plainBox,
  },
  list: {
    call: ({ id }) => ({ method: 'GET', path: `/pro/api/accounts/${id}/messages` }),
    got: (json) =>
      listIn(json, 'messages').map((one) => ({
        id: text(one, 'id'),
        subject: text(one, 'subject'),
        sender: bareAddress(text(one, 'from')),
        receivedAt: Date.parse(text(one, 'created_at')),
        text: String(at(one, 'preview_text') ?? ''),
      })),
  },
  end: { call: ({ id }) => ({ method: 'DELETE', path: `/pro/api/accounts/${id}` }), got: nothing },
  hook: {
    call: (url) => ({ method: 'POST', path: '/pro/api/webhooks', body: { url, events: ['email.received'] } }),
    got: (json) => text(json, 'secret'),
  },
  toldOf: (json) => text(json, 'data', 'email_id'),
  setting: 'MAYFLY_DIALECTS_MAILCX_ENABLED',
  hidesOthers: true,
  isEndless: true,
  byMailbox: 'mailbox',
  nowhere: '/pro/api/nowhere',
  codeIn: (json) => {
    const isWhole = Object.keys(Object(json)).join() === 'error,message' && text(json, 'message') !== ''
    return isWhole ? text(json, 'error') : null
  },
  refusals: {
    'a wrong key': '401 invalid_token',
    'a revoked key': '401 invalid_token',
    'a suspended account': '403 forbidden',
    'a taken address': '409 address_taken',
    'no such mailbox': '404 not_found',
    'no such mail': '404 not_found',
    "another's mailbox": '404 not_found',
    "another's mail": '404 not_found',
    'malformed JSON': '400 invalid_request',
    'a wrong content type': '400 invalid_request',
    'an unknown path': '404 not_found',
    'an unknown method': '404 not_found',
    'too large a body': '413 invalid_request',
    'too many mailboxes': '403 account_limit_reached',
    'a defect': '500 internal_error',
    'the API switched off': '503 service_unavailable',
  },
  lacks: {
    'by a tagged address only its own mail is listed': 'its mailboxes are asked for by their ids alone',
    'a mail can be read by itself': 'with a key mail is listed; it is read by who signed in to the mailbox',
    'a mail that is deleted here is gone everywhere':
      'with a key mailboxes are deleted; mail is, by who signed in to the mailbox',
    'a mailbox whose time is over is gone': 'its mailboxes have no end of their own',
    'without a key nothing is answered': 'who has no account makes mailboxes too, and signs in to them',
  },
}

export const apis = [native, run2mail, dustmail, minutemail, mailcx, mailfade]
