// What keys ask of each other. A rule is held against a config whose keys are each right by themselves.
import { type Complaint, shown } from './complaints.ts'
import { isPublic, parseListen } from './listen.ts'
import { isServed } from './names.ts'
import type { Config } from './schema.ts'
import { isTable, type Table } from './shape.ts'

interface Rule {
  /** The keys it looks at: it is left out while there is a complaint about one of them. */
  reads: readonly string[]
  check: (config: Config, written: Table) => Complaint[]
}

const certificate: Rule = {
  reads: ['tls', 'http.tls'],
  check: ({ tls, http }) => {
    const pairs = [
      ['tls.cert_file', tls.cert_file, tls.key_file !== undefined || http.tls, 'the certificate'],
      ['tls.key_file', tls.key_file, tls.cert_file !== undefined || http.tls, 'the key of the certificate'],
    ] as const
    const reason = http.tls ? 'since http.tls is on' : 'since the other half is set'
    return pairs
      .filter(([, file, needed]) => needed && file === undefined)
      .map(([path, , , what]) => ({ path, expected: `the file of ${what}, ${reason}`, got: 'nothing' }))
  },
}

const distinctDomains: Rule = {
  reads: ['domains'],
  check: ({ domains }) =>
    domains.flatMap(({ name }, index) =>
      domains.findIndex((other) => other.name === name) < index
        ? [{ path: `domains[${index}].name`, expected: 'a domain that is not in the list yet', got: shown(name) }]
        : [],
    ),
}

const servedCatchAll: Rule = {
  reads: ['domains'],
  check: ({ domains }) => {
    const names = domains.map(({ name }) => name)
    return domains.flatMap(({ catch_all: address }, index) =>
      address === undefined || isServed(address.slice(address.lastIndexOf('@') + 1), names)
        ? []
        : [
            {
              path: `domains[${index}].catch_all`,
              expected: 'an address of a domain in the list',
              got: shown(address),
            },
          ],
    )
  },
}

/** Mailboxes without an account need the one, the operator's accounts the other. */
const INDISPENSABLE = ['anonymous', 'unlimited']

const indispensablePlans: Rule = {
  reads: ['plans'],
  check: ({ plans }) =>
    INDISPENSABLE.filter((name) => plans[name]?.enabled === false).map((name) => ({
      path: `plans.${name}.enabled`,
      expected: 'true, since the server itself needs this plan',
      got: 'false',
    })),
}

const knownDefaultPlan: Rule = {
  reads: ['plans', 'server.default_plan'],
  check: ({ plans, server }) => {
    const names = Object.keys(plans).filter((name) => plans[name]?.enabled)
    if (names.includes(server.default_plan)) return []
    return [
      {
        path: 'server.default_plan',
        expected: `one of the plans ${names.join(', ')}`,
        got: shown(server.default_plan),
      },
    ]
  },
}

/** A default that ships is cut to the maximum; one that the operator wrote beyond it is a slip. */
const reachableDefaultTtl: Rule = {
  reads: ['plans'],
  check: ({ plans }, written) =>
    Object.entries(plans).flatMap(([name, { default_ttl_minutes: usual, max_ttl_minutes: most }]) => {
      const own = isTable(written['plans']) ? written['plans'][name] : undefined
      if (usual === undefined || most === undefined || usual <= most) return []
      if (!isTable(own) || own['default_ttl_minutes'] === undefined) return []
      return [
        { path: `plans.${name}.default_ttl_minutes`, expected: `at most max_ttl_minutes (${most})`, got: shown(usual) },
      ]
    }),
}

const wholePrices: Rule = {
  reads: ['plans'],
  check: ({ plans }) =>
    Object.entries(plans).flatMap(([name, { btcpay_amount: amount, btcpay_currency: currency }]) => {
      if ((amount === undefined) === (currency === undefined)) return []
      const lacking = amount === undefined ? 'btcpay_amount' : 'btcpay_currency'
      return [
        { path: `plans.${name}.${lacking}`, expected: 'both btcpay_amount and btcpay_currency', got: 'one of them' },
      ]
    }),
}

const roomForAMail: Rule = {
  reads: ['smtp.session_bytes', 'smtp.max_message_bytes'],
  check: ({ smtp }) =>
    smtp.session_bytes >= smtp.max_message_bytes
      ? []
      : [
          {
            path: 'smtp.session_bytes',
            expected: `at least smtp.max_message_bytes (${smtp.max_message_bytes})`,
            got: shown(smtp.session_bytes),
          },
        ],
}

const distinctListeners: Rule = {
  reads: ['http.listen', 'smtp.listen', 'smtp.listen_tls'],
  check: ({ http, smtp }) => {
    const listeners = [
      ...http.listen.map((text) => ({ path: 'http.listen', text })),
      ...smtp.listen.map((text) => ({ path: 'smtp.listen', text })),
      ...smtp.listen_tls.map((text) => ({ path: 'smtp.listen_tls', text })),
    ].map((listener) => ({ ...listener, at: parseListen(listener.text) }))
    return listeners.flatMap(({ path, text, at }, index) => {
      const first = listeners
        .slice(0, index)
        .find((other) => other.at?.host === at?.host && other.at?.port === at?.port)
      if (!at || at.port === 0 || !first) return []
      return [{ path, expected: `an address that is not taken by ${first.path} already`, got: shown(text) }]
    })
  },
}

const rules: readonly Rule[] = [
  certificate,
  distinctDomains,
  servedCatchAll,
  indispensablePlans,
  knownDefaultPlan,
  reachableDefaultTtl,
  wholePrices,
  roomForAMail,
  distinctListeners,
]

const within = (path: string, key: string): boolean =>
  path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`) || key.startsWith(`${path}.`)

/** What keys ask of each other and do not get; `written` is what the operator wrote, `complaints` what is wrong already. */
export function crossComplaints(config: Config, written: Table, complaints: readonly Complaint[]): Complaint[] {
  return rules
    .filter(({ reads }) => !complaints.some(({ path }) => reads.some((key) => within(path, key))))
    .flatMap(({ check }) => check(config, written))
}

/** Whether some SMTP listener can be reached from beyond private networks. */
export const listensPublicly = ({ listen, listen_tls }: { listen: string[]; listen_tls: string[] }): boolean =>
  [...listen, ...listen_tls].some((text) => isPublic(parseListen(text)?.host ?? ''))
