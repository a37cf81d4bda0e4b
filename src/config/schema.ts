// The whole config: types, defaults, bounds and the operator's documentation come from this table alone.
import { type Static, Type } from '@sinclair/typebox'
import { bytes, choice, count, flag, hours, list, minutes, optionalText, seconds } from './fields.ts'
import { DialectsSection } from './schema-dialects.ts'
import { HttpSection } from './schema-http.ts'
import { PlansSection } from './schema-plans.ts'
import { SmtpSection } from './schema-smtp.ts'

/** RFC 2142 and what people take for the operator. */
const RESERVED_LOCAL_PARTS = [
  'abuse',
  'admin',
  'administrator',
  'ftp',
  'hostmaster',
  'info',
  'mailer-daemon',
  'marketing',
  'news',
  'no-reply',
  'noc',
  'noreply',
  'postmaster',
  'root',
  'sales',
  'security',
  'support',
  'usenet',
  'uucp',
  'webmaster',
  'www',
]

const ServerSection = Type.Object(
  {
    data_dir: Type.String({
      default: './mayfly-data',
      minLength: 1,
      description: 'Where the database and the SMTP certificate are kept.',
    }),
    public_url: optionalText('The address of the web page and the API as people type it, without a path.', {
      form: 'origin',
      sample: 'https://mail.example',
    }),
    registration: choice(
      ['off', 'open', 'invitation'],
      'off',
      'Who may make an account: nobody but the operator, anyone, or whoever was invited.',
    ),
    default_plan: Type.String({
      default: 'free',
      minLength: 1,
      description: 'The plan of an account that somebody registers.',
    }),
    registrations_per_day: count(10, 'How many accounts may be registered from one address in a day (UTC).'),
  },
  { additionalProperties: false, description: 'The server as a whole. Paths are taken from the working directory.' },
)

const TlsSection = Type.Object(
  {
    cert_file: optionalText('The certificate and its chain, PEM.', { sample: '/etc/mayfly/cert.pem' }),
    key_file: optionalText('Its private key, PEM.', { sample: '/etc/mayfly/key.pem' }),
    watch_seconds: seconds(
      5,
      'How often the two files are looked at: a renewed certificate is for new connections, those that are open go on. SIGHUP looks at once.',
    ),
  },
  {
    additionalProperties: false,
    description:
      'The certificate of SMTP, and of HTTP when http.tls is on. Without one, SMTP uses a self-signed certificate kept in the data directory.',
  },
)

const MailboxesSection = Type.Object(
  {
    reserved_local_parts: list(
      'local-part',
      RESERVED_LOCAL_PARTS,
      'Local parts that nobody can claim on a shared domain. postmaster and abuse are always reserved, whatever the list says.',
    ),
    unclaimed_retention_minutes: minutes(60, 'How long mail is kept at an address that nobody claimed.'),
    unclaimed_messages: count(10_000, 'The most messages at such an address.'),
    unclaimed_bytes: bytes(41_943_040, 'The most mail at such an address.', { minimum: 1024 }),
    quarantine_hours: hours(24, 'How long the address of a mailbox that ended is kept from others.', { minimum: 0 }),
  },
  { additionalProperties: false, description: 'Mailboxes, and addresses that nobody claimed.' },
)

/** One entry of `[[domains]]`. */
const DomainSection = Type.Object(
  {
    name: Type.String({
      form: 'domain',
      description:
        'mail.test: this domain; "*.mail.test": every subdomain of it; "*": every domain, for smtp.trusted_networks alone.',
    }),
    access: choice(
      ['public', 'claimed'],
      'public',
      '"public": every address takes mail, and whoever knows an unclaimed one may read it; "claimed": only opened mailboxes take mail.',
    ),
    catch_all: optionalText('The address that gets mail for addresses without a mailbox. Its domain must be served.', {
      form: 'mail-address',
      sample: 'all@mayfly.test',
    }),
  },
  { additionalProperties: false },
)

const DnsSection = Type.Object(
  {
    mode: choice(['on', 'off'], 'on', '"off" asks no name server: the operator verifies domains by hand.'),
    nameservers: list('nameserver', [], "Name servers to ask, as ADDRESS or ADDRESS:PORT; without any, the system's.", {
      sample: ['192.0.2.53'],
    }),
    timeout_seconds: seconds(5, 'How long an answer may take.', { maximum: 60 }),
    queries_per_second: count(100, 'How many questions are asked in a second at most; others wait.', {
      maximum: 100_000,
    }),
    first_check_seconds: seconds(30, 'How soon after a domain was added its records are looked for.'),
    max_check_minutes: minutes(
      1440,
      'The longest time between two looks for the records of a domain that is pending or has lapsed.',
    ),
    verified_check_minutes: minutes(240, 'How often the records of a verified domain are looked for again.'),
    grace_hours: hours(72, 'How long a domain whose records are gone still takes mail.', { minimum: 0 }),
  },
  {
    additionalProperties: false,
    description: "The look-ups of mayfly doctor, and those that verify customers' domains.",
  },
)

const WebhooksSection = Type.Object(
  {
    allow_networks: list(
      'network',
      [],
      'Networks that webhooks may be sent to though they are private, loopback, link-local or the like; without any, none.',
      {
        sample: ['192.168.1.0/24'],
      },
    ),
    allow_http: flag(false, 'Whether a webhook may be sent to an http:// URL, without TLS.'),
    timeout_seconds: seconds(10, 'How long one attempt to deliver may take, to the end of the answer.', {
      maximum: 60,
    }),
    attempts: count(
      6,
      'Attempts until a delivery is kept as failed: after 10 s, 1 min, 5 min, 30 min, 2 h, and then every 2 h. Replaying begins anew.',
      { maximum: 100 },
    ),
    delivered_kept_hours: hours(72, 'How long deliveries that arrived are kept, to be looked at and replayed.', {
      maximum: 8760,
    }),
    kept_hours: hours(720, 'How long any delivery is kept: beyond it it is forgotten, also one that still waits.', {
      minimum: 24,
      maximum: 8760,
    }),
  },
  { additionalProperties: false, description: 'Where webhooks may go, how often it is tried, and what is kept of it.' },
)

const StorageSection = Type.Object(
  {
    max_bytes: bytes(
      10_737_418_240,
      'The most that the database may take on the disk; beyond it mail is refused for now.',
      {
        minimum: 16_777_216,
      },
    ),
    min_free_bytes: bytes(268_435_456, 'Mail is refused for now when less than this is free on the disk.', {
      minimum: 0,
    }),
  },
  { additionalProperties: false, description: 'The disk.' },
)

const LimitsSection = Type.Object(
  {
    digest_seconds: seconds(2, 'How long reading out a mail may take before it is broken off.', { maximum: 60 }),
    digest_retry_seconds: seconds(20, 'How long it may take when it is tried once more, alone.', { maximum: 600 }),
    mime_depth: count(32, 'How deep the parts of a mail may be nested; the bytes of deeper ones are kept unread.', {
      maximum: 256,
    }),
    mime_parts: count(500, 'The most parts of a mail that are read out.', { maximum: 100_000 }),
    mime_attachments: count(100, 'The most attachments of a mail that are listed.', { maximum: 10_000 }),
    reader_seconds: seconds(10, 'How long a search or another slow read may take.', { maximum: 600 }),
    event_hours: hours(24, 'How long a live stream can be resumed.'),
    refusals_kept: count(10_000, 'How many refused mails are remembered.', { minimum: 0, maximum: 10_000_000 }),
    idempotency_keys: count(10_000, 'How many Idempotency-Keys are remembered.', { minimum: 0, maximum: 1_000_000 }),
    idempotency_hours: hours(24, 'For how long.'),
  },
  { additionalProperties: false, description: 'Bounds of the inner works.' },
)

const LogSection = Type.Object(
  {
    level: choice(['silent', 'error', 'warn', 'info', 'debug'], 'info', 'How much is logged.'),
    format: choice(['auto', 'json', 'pretty'], 'auto', '"auto" is pretty on a terminal and JSON elsewhere.'),
  },
  { additionalProperties: false, description: 'The log, on standard error. No secret stands in it.' },
)

const PageSection = Type.Object(
  {
    notice: optionalText('A notice at the top of the web page, which a visitor can close.', {
      sample: 'Mail here is deleted after an hour.',
    }),
    requests_per_minute: count(600, 'Calls a minute that the page of somebody signed in may make.'),
    burst: count(1000, 'How many of them may come at once.'),
  },
  { additionalProperties: false, description: 'Settings of the web page.' },
)

const PaymentsSection = Type.Object(
  {
    stripe: Type.Object(
      {
        secret_key: optionalText('The secret API key. Without it, Stripe is off.', {
          secret: true,
          sample: 'sk_live_…',
        }),
        webhook_secret: optionalText('What signs the calls from Stripe.', { secret: true, sample: 'whsec_…' }),
        api_url: Type.String({ default: 'https://api.stripe.com', form: 'origin', description: "Stripe's API." }),
        renewal_grace_hours: hours(
          6,
          'How long a subscription goes on after the time that was paid for, until its renewal is told of.',
          { minimum: 0, maximum: 720 },
        ),
      },
      { additionalProperties: false, description: 'Cards by Stripe.' },
    ),
    btcpay: Type.Object(
      {
        url: optionalText('The address of the BTCPay server. Without it, BTCPay is off.', {
          form: 'url',
          sample: 'https://btcpay.example',
        }),
        store_id: optionalText("The store's id.", {
          pattern: '^[A-Za-z0-9]{1,100}$',
          wanted: "the store's id, letters and digits",
          sample: 'store',
        }),
        api_key: optionalText('An API key that may make and view invoices.', { secret: true, sample: 'key' }),
        webhook_secret: optionalText('What signs the calls from BTCPay.', { secret: true, sample: 'secret' }),
      },
      { additionalProperties: false, description: 'Lightning by a BTCPay server.' },
    ),
  },
  {
    additionalProperties: false,
    description:
      'Selling plans, by POST /keys of the MailFade API. Without any of these, invoices are marked paid by hand: mayfly invoice pay ID.',
  },
)

/** The config, declared once. */
export const ConfigSchema = Type.Object(
  {
    server: ServerSection,
    http: HttpSection,
    smtp: SmtpSection,
    tls: TlsSection,
    mailboxes: MailboxesSection,
    domains: Type.Array(DomainSection, {
      default: [{ name: 'mayfly.test', access: 'public' }],
      minItems: 1,
      description:
        'The shared domains, a [[domains]] for each; the first is the primary one. They replace the built-in mayfly.test.',
    }),
    plans: PlansSection,
    dialects: DialectsSection,
    dns: DnsSection,
    webhooks: WebhooksSection,
    storage: StorageSection,
    limits: LimitsSection,
    log: LogSection,
    page: PageSection,
    payments: PaymentsSection,
  },
  { additionalProperties: false },
)

/** The config with all defaults filled in; a key without a default may be absent. */
export type Config = Static<typeof ConfigSchema>
