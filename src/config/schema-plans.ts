// [plans.NAME]: what an account of a plan may do, and what the plan costs.
import { type Static, Type } from '@sinclair/typebox'
import { byteLimit, count, flag, limit, minuteLimit, optionalText } from './fields.ts'

const scope = Type.Union([
  Type.Literal('mailboxes'),
  Type.Literal('domains'),
  Type.Literal('webhooks'),
  Type.Literal('team'),
  Type.Literal('keys'),
])

/** A plan as it stands in `[plans.NAME]`: a limit that is absent is unlimited. */
export const PlanSection = Type.Object(
  {
    enabled: flag(true, 'false takes a plan that ships out of the server.'),
    requests_per_minute: limit('Calls a minute, refilled evenly.'),
    burst: limit('Calls that may come at once before the minute counts; as many as requests_per_minute if not set.'),
    requests_per_day: limit('Calls in a day (UTC).'),
    requests_per_month: limit('Calls in a calendar month (UTC).'),
    inboxes_per_day: limit('Mailboxes opened in a day (UTC).'),
    active_mailboxes: limit('Mailboxes open at the same time.'),
    archived_mailboxes: limit('Archived mailboxes, open recoverable ones included.'),
    default_ttl_minutes: minuteLimit(
      'How long a mailbox lives if the call does not say. Without it: max_ttl_minutes, or no end.',
    ),
    max_ttl_minutes: minuteLimit('The longest life that a call may ask for.'),
    permanent_mailboxes: flag(true, 'Whether a mailbox may be opened without an end.'),
    retention_minutes: minuteLimit('How long a message is kept after it came, if its mailbox lives that long.'),
    mailbox_bytes: byteLimit('Mail in one mailbox.'),
    mailbox_messages: limit('Messages in one mailbox.'),
    account_bytes: byteLimit('Mail in all mailboxes of an account.'),
    keys: limit('API keys of an account.'),
    key_scopes: Type.Optional(
      Type.Array(scope, {
        description:
          'What a key may be allowed to do: some of mailboxes, domains, webhooks, team, keys. Without it, all.',
        sample: ['mailboxes', 'domains'],
      }),
    ),
    members: limit('Members of an account.'),
    custom_domains: limit('Domains of its own.'),
    webhooks: limit('Webhooks of an account.'),
    custom_local_part: flag(true, 'Whether a call may choose the part of an address before the @.'),
    choose_domain: flag(true, 'Whether a call may choose among the shared domains; else it gets the first.'),
    stripe_price: optionalText('The id of the Stripe price that sells this plan: a recurring one.', {
      pattern: '^price_[A-Za-z0-9_]{1,200}$',
      wanted: 'the id of a price, like price_123',
      sample: 'price_123',
    }),
    btcpay_amount: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000_000, description: 'What it costs by BTCPay.', sample: 5 }),
    ),
    btcpay_currency: optionalText('The currency of btcpay_amount.', {
      pattern: '^[A-Z]{3,5}$',
      wanted: 'a currency in capitals, like EUR',
      sample: 'EUR',
    }),
    btcpay_days: count(30, 'How many days a payment by BTCPay lasts.', { maximum: 36_500 }),
  },
  { additionalProperties: false },
)

/** A plan, resolved. */
export type PlanConfig = Static<typeof PlanSection>

/** The plans by name. Names have no underscore, so that a variable's name can be read back. */
export const PlansSection = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }), PlanSection, {
  additionalProperties: false,
  description:
    'Plans: named limits of accounts; "anonymous" holds, per IP address, for whoever has no account. A section for a plan that ships changes only the keys it names; under a new name it starts without limits. A limit that is not set is unlimited, a permission that is not set is granted, 0 is a real zero. Write "unlimited" to lift a limit of a plan that ships, and enabled = false to take the plan away. A changed plan is in force after a SIGHUP or a restart, and what was counted stays counted; accounts on a plan that is gone keep its last numbers.',
})
