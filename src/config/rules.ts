// What keys ask of each other. A rule speaks of keys that are each right by themselves.
import { type Complaint, join, shown } from './complaints.ts'
import { isLoopback, isPublic, parseListen } from './listen.ts'
import { isServed } from './names.ts'
import type { Config } from './schema.ts'
import { isTable, type Table } from './shape.ts'

/** Of currencies that ISO 4217 does not have. */
const otherDecimals: Readonly<Record<string, number>> = { SATS: 0 }
const bitcoinDecimals = 8

/** A complaint, and the keys beside its own from which it was made: it is dropped while one of them is wrong itself. */
interface Finding extends Complaint {
  reads?: readonly string[]
}

/** `written` is what the operator wrote; in `config`, what was wrong has its default or is empty. */
type Rule = (config: Config, written: Table) => Finding[]

/** Whether the operator wrote anything there, be it wrong. */
function isWritten(written: Table, path: readonly string[]): boolean {
  let value: unknown = written
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value !== undefined
}

const certificate: Rule = ({ http }, written) => {
  const reason = http.tls ? 'since http.tls is on' : 'since the other half is set'
  const half = (key: string, other: string, what: string): Finding[] =>
    !isWritten(written, ['tls', key]) && (http.tls || isWritten(written, ['tls', other]))
      ? [{ path: `tls.${key}`, expected: `the file of ${what}, ${reason}`, got: 'nothing' }]
      : []
  return [
    ...half('cert_file', 'key_file', 'the certificate'),
    ...half('key_file', 'cert_file', 'the key of the certificate'),
  ]
}

const distinctDomains: Rule = ({ domains }) =>
  domains.flatMap(({ name }, index) =>
    domains.findIndex((other) => other.name === name) < index
      ? [{ path: `domains[${index}].name`, expected: 'a domain that is not in the list yet', got: shown(name) }]
      : [],
  )

const servedCatchAll: Rule = ({ domains }) => {
  const names = domains.map(({ name }) => name)
  const reads = domains.map((_, index) => `domains[${index}].name`)
  return domains.flatMap(({ catch_all: address }, index) =>
    address === undefined || isServed(address.slice(address.lastIndexOf('@') + 1), names)
      ? []
      : [
          {
            path: `domains[${index}].catch_all`,
            expected: 'an address of a domain in the list',
            got: shown(address),
            reads,
          },
        ],
  )
}

/** Mailboxes without an account need the one, the operator's accounts the other. */
const INDISPENSABLE = ['anonymous', 'unlimited']

const indispensablePlans: Rule = ({ plans }) =>
  INDISPENSABLE.filter((name) => plans[name]?.enabled === false).map((name) => ({
    path: `plans.${name}.enabled`,
    expected: 'true, since the server itself needs this plan',
    got: 'false',
  }))

const knownDefaultPlan: Rule = ({ plans, server }) => {
  const names = Object.keys(plans).filter((name) => plans[name]?.enabled)
  if (names.includes(server.default_plan)) return []
  return [
    {
      path: 'server.default_plan',
      expected: `one of the plans ${names.join(', ')}`,
      got: shown(server.default_plan),
      reads: [join(join('plans', server.default_plan), 'enabled')],
    },
  ]
}

/** A default that ships is cut to the maximum; one that the operator wrote beyond it is a slip. */
const reachableDefaultTtl: Rule = ({ plans }, written) =>
  Object.entries(plans).flatMap(([name, { default_ttl_minutes: usual, max_ttl_minutes: most }]) => {
    if (usual === undefined || most === undefined || usual <= most) return []
    if (!isWritten(written, ['plans', name, 'default_ttl_minutes'])) return []
    const path = `plans.${name}.default_ttl_minutes`
    return [{ path, expected: `at most max_ttl_minutes (${most})`, got: shown(usual) }]
  })

const wholePrices: Rule = ({ plans }, written) =>
  Object.keys(plans).flatMap((name) => {
    const lacking = ['btcpay_amount', 'btcpay_currency'].filter((key) => !isWritten(written, ['plans', name, key]))
    if (lacking.length !== 1) return []
    return lacking.map((key) => ({
      path: `plans.${name}.${key}`,
      expected: 'both btcpay_amount and btcpay_currency',
      got: 'one of them',
    }))
  })

function decimalsOf(currency: string): number {
  const other = otherDecimals[currency]
  if (other !== undefined) return other
  if (!Intl.supportedValuesOf('currency').includes(currency)) return bitcoinDecimals
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? bitcoinDecimals
}

/** What BTCPay would round could not be compared with what was asked. */
const unroundedPrices: Rule = ({ plans }) =>
  Object.entries(plans).flatMap(([name, { btcpay_amount: amount, btcpay_currency: currency }]) => {
    if (amount === undefined || currency === undefined) return []
    const decimals = decimalsOf(currency)
    if (Number(amount.toFixed(decimals)) === amount) return []
    const expected = `an amount of ${currency} with ${decimals === 0 ? 'no' : `at most ${decimals}`} decimals`
    return [
      { path: `plans.${name}.btcpay_amount`, expected, got: shown(amount), reads: [`plans.${name}.btcpay_currency`] },
    ]
  })

/** A rail is on by its first key; the others must be there then. */
const wholeRails: Rule = ({ payments }, written) => {
  const lacking = (rail: string, on: string, others: Record<string, string>): Finding[] =>
    Object.entries(others)
      .filter(([key]) => !isWritten(written, ['payments', rail, key]))
      .map(([key, what]) => ({
        path: `payments.${rail}.${key}`,
        expected: `${what}, since payments.${rail}.${on} is set`,
        got: 'nothing',
      }))
  const { stripe, btcpay } = payments
  const webhook_secret = 'the secret of the webhook'
  return [
    ...(stripe.secret_key === undefined ? [] : lacking('stripe', 'secret_key', { webhook_secret })),
    ...(btcpay.url === undefined
      ? []
      : lacking('btcpay', 'url', { store_id: "the store's id", api_key: 'an API key', webhook_secret })),
  ]
}

const roomForAMail: Rule = ({ smtp }) =>
  smtp.session_bytes >= smtp.max_message_bytes
    ? []
    : [
        {
          path: 'smtp.session_bytes',
          expected: `at least smtp.max_message_bytes (${smtp.max_message_bytes})`,
          got: shown(smtp.session_bytes),
          reads: ['smtp.max_message_bytes'],
        },
      ]

/** The longest pause between two attempts to deliver to a webhook, at its longest. */
const HOURS_OF_AN_ATTEMPT = 2.4

const keptWhileTried: Rule = ({ webhooks: { attempts, kept_hours: kept } }) => {
  const least = Math.ceil(attempts * HOURS_OF_AN_ATTEMPT)
  if (kept >= least) return []
  const expected = `at least ${least}, since ${attempts} attempts may take so long`
  return [{ path: 'webhooks.kept_hours', expected, got: shown(kept), reads: ['webhooks.attempts'] }]
}

const plainOnLoopback: Rule = ({ http }) =>
  http.listen_plain.flatMap((text, index) => {
    const place = parseListen(text)
    if (!place || isLoopback(place.host)) return []
    return [
      { path: `http.listen_plain[${index}]`, expected: 'a loopback address, like 127.0.0.1:8025', got: shown(text) },
    ]
  })

const distinctListeners: Rule = ({ http, smtp }) => {
  const listeners = [
    ...http.listen.map((text) => ({ path: 'http.listen', text })),
    ...http.listen_plain.map((text) => ({ path: 'http.listen_plain', text })),
    ...smtp.listen.map((text) => ({ path: 'smtp.listen', text })),
    ...smtp.listen_tls.map((text) => ({ path: 'smtp.listen_tls', text })),
  ].map((listener) => ({ ...listener, at: parseListen(listener.text) }))
  return listeners.flatMap(({ path, text, at }, index) => {
    const first = listeners.slice(0, index).find((other) => other.at?.host === at?.host && other.at?.port === at?.port)
    if (!at || at.port === 0 || !first) return []
    const expected = `an address that is not taken by ${first.path} already`
    return [{ path, expected, got: shown(text), reads: [first.path] }]
  })
}

const rules: readonly Rule[] = [
  certificate,
  distinctDomains,
  servedCatchAll,
  indispensablePlans,
  knownDefaultPlan,
  reachableDefaultTtl,
  wholePrices,
  unroundedPrices,
  wholeRails,
  roomForAMail,
  keptWhileTried,
  plainOnLoopback,
  distinctListeners,
]

/** Whether a complaint at `path` is about the key or a table that it stands in. */
const isAbout = (path: string, key: string): boolean =>
  path === key || key.startsWith(`${path}.`) || key.startsWith(`${path}[`)

/** What keys ask of each other and do not get; `written` is what the operator wrote, `complaints` what is wrong already. */
export function crossComplaints(config: Config, written: Table, complaints: readonly Complaint[]): Complaint[] {
  return rules
    .flatMap((rule) => rule(config, written))
    .filter(
      ({ path: own, reads = [] }) => !complaints.some(({ path }) => [own, ...reads].some((key) => isAbout(path, key))),
    )
    .map(({ reads: _, ...complaint }) => complaint)
}

/** Whether some SMTP listener can be reached from beyond private networks. */
export const listensPublicly = ({ listen, listen_tls }: { listen: string[]; listen_tls: string[] }): boolean =>
  [...listen, ...listen_tls].some((text) => isPublic(parseListen(text)?.host ?? ''))
