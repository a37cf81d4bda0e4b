// The six APIs, as their guides and their references show them.
import type { Call, Calls } from './call.ts'
import { dustmail } from './calls/dustmail.ts'
import { mailcx } from './calls/mailcx.ts'
import { mailfade } from './calls/mailfade.ts'
import { minutemail } from './calls/minutemail.ts'
import { native } from './calls/native.ts'
import { run2mail } from './calls/run2mail.ts'

/** Why a call is refused: one sentence each, in the words of the guides. */
export type Meaning =
  | 'wrong-input'
  | 'wrong-field'
  | 'no-key'
  | 'wrong-password'
  | 'key-over'
  | 'may-not'
  | 'plan-lacks'
  | 'not-yours'
  | 'not-there'
  | 'over'
  | 'taken'
  | 'conflict'
  | 'domain-not-here'
  | 'domain-lapsed'
  | 'too-large'
  | 'calls-used-up'
  | 'quota-used-up'
  | 'no-mail-yet'
  | 'unexpected-mail'
  | 'rail-missing'
  | 'dns-silent'
  | 'off'
  | 'cannot-now'
  | 'defect'

export type ApiError = readonly [status: number, code: string, meaning: Meaning]

export type Api = {
  /** The same in every language. */
  title: string
  /** What its keys usually begin with. */
  prefix: string
  errors: readonly ApiError[]
  calls: Calls
  /** The call that the part about browsers shows. */
  browser: Call
}

/** Where a page stands that may use the key of the part about browsers. */
export const exampleOrigin = 'https://app.example.com'

const fromBrowser = (call: Call): Call => ({ ...call, origin: exampleOrigin })

export const apis = {
  native: {
    title: 'Mayfly',
    prefix: 'mayfly_',
    errors: [
      [400, 'invalid-request', 'wrong-input'],
      [401, 'credential-missing', 'no-key'],
      [401, 'credential-wrong', 'no-key'],
      [403, 'forbidden', 'may-not'],
      [403, 'origin-refused', 'may-not'],
      [403, 'not-in-plan', 'plan-lacks'],
      [404, 'mailbox-unknown', 'not-there'],
      [404, 'message-not-arrived', 'no-mail-yet'],
      [409, 'message-unexpected', 'unexpected-mail'],
      [409, 'mailbox-taken', 'taken'],
      [413, 'too-large', 'too-large'],
      [429, 'rate-exceeded', 'calls-used-up'],
      [429, 'quota-exceeded', 'quota-used-up'],
      [503, 'api-off', 'off'],
      [503, 'storage-full', 'cannot-now'],
      [500, 'internal', 'defect'],
    ],
    calls: native,
    browser: fromBrowser(native.list),
  },
  dustmail: {
    title: 'DustMail',
    prefix: 'dm_live_',
    errors: [
      [400, 'invalid_json', 'wrong-input'],
      [400, 'invalid_username', 'wrong-field'],
      [400, 'invalid_domain', 'wrong-field'],
      [400, 'invalid_duration', 'wrong-field'],
      [401, 'unauthorized', 'no-key'],
      [403, 'premium_required', 'plan-lacks'],
      [403, 'domain_not_allowed', 'domain-not-here'],
      [403, 'forbidden', 'may-not'],
      [404, 'not_found', 'not-there'],
      [409, 'address_taken', 'taken'],
      [413, 'invalid_json', 'too-large'],
      [429, 'rate_limit_exceeded', 'calls-used-up'],
      [503, 'api_disabled', 'off'],
      [503, 'service_unavailable', 'cannot-now'],
      [500, 'internal_error', 'defect'],
    ],
    calls: dustmail,
    browser: fromBrowser(dustmail.list),
  },
  minutemail: {
    title: 'MinuteMail',
    prefix: 'mmak_',
    errors: [
      [400, 'bad_request', 'wrong-input'],
      [401, 'unauthorized', 'no-key'],
      [403, 'forbidden', 'not-yours'],
      [403, 'forbidden', 'may-not'],
      [404, 'not_found', 'not-there'],
      [409, 'conflict', 'conflict'],
      [413, 'bad_request', 'too-large'],
      [429, 'rate_limit_exceeded', 'calls-used-up'],
      [429, 'quota_exceeded', 'quota-used-up'],
      [502, 'bad_gateway', 'dns-silent'],
      [503, 'service_unavailable', 'off'],
      [500, 'internal_error', 'defect'],
    ],
    calls: minutemail,
    browser: fromBrowser(minutemail.list),
  },
  mailcx: {
    title: 'Mail.cx',
    prefix: 'tm_pro_',
    errors: [
      [400, 'invalid_address', 'wrong-field'],
      [400, 'invalid_domain', 'domain-not-here'],
      [400, 'password_too_short', 'wrong-field'],
      [400, 'invalid_index', 'not-there'],
      [400, 'invalid_request', 'wrong-input'],
      [401, 'invalid_token', 'no-key'],
      [401, 'invalid_credentials', 'wrong-password'],
      [403, 'account_limit_reached', 'quota-used-up'],
      [403, 'domain_limit_reached', 'quota-used-up'],
      [403, 'webhook_limit_reached', 'quota-used-up'],
      [403, 'forbidden', 'may-not'],
      [404, 'not_found', 'not-there'],
      [409, 'address_taken', 'taken'],
      [409, 'domain_already_exists', 'conflict'],
      [410, 'domain_expired', 'domain-lapsed'],
      [410, 'expired', 'over'],
      [413, 'invalid_request', 'too-large'],
      [429, 'rate_limited', 'calls-used-up'],
      [503, 'service_unavailable', 'off'],
      [500, 'internal_error', 'defect'],
    ],
    calls: mailcx,
    browser: fromBrowser(mailcx.accounts),
  },
  mailfade: {
    title: 'MailFade',
    prefix: 'mf_',
    errors: [
      [400, 'invalid_address', 'wrong-field'],
      [400, 'invalid_json', 'wrong-input'],
      [400, 'invalid_plan', 'wrong-field'],
      [400, 'invalid_rail', 'wrong-field'],
      [401, 'missing_or_invalid_key', 'no-key'],
      [401, 'key_required', 'no-key'],
      [402, 'key_inactive', 'key-over'],
      [404, 'not_found', 'not-there'],
      [413, 'invalid_json', 'too-large'],
      [421, 'not_found', 'not-there'],
      [429, 'free_tier_quota_exhausted', 'calls-used-up'],
      [429, 'quota_exhausted', 'calls-used-up'],
      [503, 'stripe_unavailable', 'rail-missing'],
      [503, 'lightning_unavailable', 'rail-missing'],
      [503, 'service_unavailable', 'off'],
      [500, 'internal_error', 'defect'],
    ],
    calls: mailfade,
    browser: fromBrowser(mailfade.inbox),
  },
  run2mail: {
    title: 'Run2Mail',
    prefix: 'r2m_',
    errors: [
      [401, 'unauthenticated', 'no-key'],
      [403, 'forbidden', 'not-yours'],
      [403, 'forbidden', 'may-not'],
      [404, 'not_found', 'not-there'],
      [413, 'validation_failed', 'too-large'],
      [422, 'validation_failed', 'wrong-input'],
      [429, 'rate_limited', 'calls-used-up'],
      [429, 'inbox_limit_reached', 'quota-used-up'],
      [503, 'api_disabled', 'off'],
      [503, 'service_unavailable', 'cannot-now'],
      [500, 'internal_error', 'defect'],
    ],
    calls: run2mail,
    browser: fromBrowser(run2mail.me),
  },
} as const satisfies Record<string, Api>

export type ApiName = keyof typeof apis

export const apiNames: readonly ApiName[] = ['native', 'run2mail', 'dustmail', 'minutemail', 'mailcx', 'mailfade']

export const isApiName = (name: string): name is ApiName => Object.hasOwn(apis, name)

/** Variables whose value the reader chooses or knows; the others come from answers. */
export const chosen = [
  'MAYFLY_KEY',
  'ADDRESS',
  'OWN_ADDRESS',
  'MAILBOX_PASSWORD',
  'COLLEAGUE_ID',
  'MAYFLY_EMAIL',
  'MAYFLY_PASSWORD',
  'NEW_EMAIL',
  'NEW_PASSWORD',
  'ORDER_ID',
  'ORDER_SECRET',
] as const
