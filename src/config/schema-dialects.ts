// [dialects.NAME]: the foreign APIs, each of which can be switched off.
import { type Static, Type } from '@sinclair/typebox'
import { count, flag, list, minutes } from './fields.ts'

const enabled = (name: string) => flag(true, `Whether ${name}'s API is served; if not, its paths answer 404.`)

/** The sections `[dialects.NAME]`. */
export const DialectsSection = Type.Object(
  {
    run2mail: Type.Object(
      {
        enabled: enabled('Run2Mail'),
        default_ttl_minutes: minutes(1440, "How long a mailbox lives, cut to the plan's maximum."),
      },
      { additionalProperties: false, description: 'Run2Mail, below /api/v1/.' },
    ),
    dustmail: Type.Object(
      {
        enabled: enabled('DustMail'),
        default_ttl_minutes: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 52_560_000,
            sample: 30,
            description: "How long a mailbox lives if the call does not say. Without it, the plan's default.",
          }),
        ),
      },
      { additionalProperties: false, description: 'DustMail, at /api/v1/inbox.' },
    ),
    minutemail: Type.Object(
      {
        enabled: enabled('MinuteMail'),
        default_ttl_minutes: minutes(
          30,
          "How long a mailbox lives if the call does not say, cut to the plan's maximum.",
        ),
        plain_text_errors: flag(
          false,
          'Answers 401 and 403 as plain text instead of JSON, for clients that are tested against that.',
        ),
      },
      { additionalProperties: false, description: 'MinuteMail, below /v1/.' },
    ),
    mailcx: Type.Object(
      {
        enabled: enabled('Mail.cx'),
        requests_per_second_per_ip: count(8, 'Calls from one IP address in any second.'),
        accounts_per_day_per_ip: count(
          50,
          'Mailboxes that one IP address may open in a day without a key. smtp.trusted_networks have no such limit.',
        ),
        idle_days: count(90, 'A mailbox that neither received mail nor was signed in to for so many days ends.', {
          maximum: 36_500,
        }),
      },
      { additionalProperties: false, description: 'Mail.cx, below /api/ and /pro/api/.' },
    ),
    mailfade: Type.Object(
      {
        enabled: enabled('MailFade'),
        requests_per_day_per_ip: count(100, 'Calls without a key from one IP address in a day (UTC).'),
        cors_origins: list('origin', [], 'Web origins whose pages may read unopened addresses without a key.', {
          sample: ['https://tests.example'],
        }),
      },
      {
        additionalProperties: false,
        description: 'MailFade, at /inbox, /message, /attachment and /keys.',
      },
    ),
  },
  { additionalProperties: false, description: 'Settings of the foreign APIs.' },
)

export type DialectsConfig = Static<typeof DialectsSection>
