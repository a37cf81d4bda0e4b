// The shapes of Mail.cx's Pro API: domains and tokens.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { type CustomDomain, type DescribedDomain, isServing } from '../../domains/domain.ts'
import { isoSeconds, secondsOrNull } from '../../http/instants.ts'
import type { Key } from '../../keys/key.ts'
import type { MadeKey } from '../../keys/service.ts'
import { id, instant, orNull } from './wire.ts'

const instantOrNull = () => orNull(instant())
const status = () => Type.Union([Type.Literal('pending'), Type.Literal('verified')])

const RecordShape = Type.Object({
  type: Type.Union([Type.Literal('TXT'), Type.Literal('MX')]),
  host: Type.String(),
  value: Type.String(),
  priority: Type.Optional(Type.Integer({ description: 'Of an MX record.' })),
})
const LookedRecordShape = Type.Composite([
  RecordShape,
  Type.Object({ ok: Type.Boolean({ description: 'Whether the last look found it.' }) }),
])

const ProDomainShape = Type.Object({
  id: id(),
  domain: Type.String(),
  verify_status: status(),
  verify_token: Type.String({ description: 'What its TXT record is to say.' }),
  verified_at: instantOrNull(),
  mx_configured: Type.Boolean(),
  created_at: instant(),
})
const MadeDomainShape = Type.Object({
  id: id(),
  domain: Type.String(),
  verify_token: Type.String(),
  dns_records: Type.Array(RecordShape, { description: 'What to set.' }),
})
const VerificationShape = Type.Object({
  verify_status: status(),
  txt_record: Type.Boolean(),
  mx_record: Type.Boolean(),
  dns_records: Type.Array(LookedRecordShape),
  message: Type.String(),
})

const ProTokenShape = Type.Object({
  id: id(),
  name: Type.String(),
  last_used_at: instantOrNull(),
  created_at: instant(),
  revoked_at: instantOrNull(),
})
const MadeTokenShape = Type.Object({
  id: id(),
  name: Type.String(),
  token: Type.String({ description: 'Shown this once.' }),
})

export const proSchemas: Record<string, TSchema> = {
  PasswordReset: Type.Object({ message: Type.Literal('password_reset') }),
  ProDomainList: Type.Object({ domains: Type.Array(ProDomainShape) }),
  MadeDomain: MadeDomainShape,
  Verification: VerificationShape,
  ProTokenList: Type.Object({ tokens: Type.Array(ProTokenShape) }),
  MadeToken: MadeTokenShape,
}

/** Those without which no mail comes; the one for subdomains is of another domain here. */
const records = ({ records }: DescribedDomain): Static<typeof RecordShape>[] =>
  records
    .filter(({ purpose }) => purpose !== 'subdomains')
    .map(({ type, name, value, priority }) => ({
      type,
      host: name,
      value,
      ...(priority === undefined ? {} : { priority }),
    }))

const statusOf = ({ state }: CustomDomain) => (isServing(state) ? 'verified' : 'pending')

const domainItem = (domain: CustomDomain): Static<typeof ProDomainShape> => ({
  id: domain.id,
  domain: domain.name,
  verify_status: statusOf(domain),
  verify_token: domain.token,
  verified_at: secondsOrNull(domain.verifiedAt),
  mx_configured: domain.found?.mx.is === 'there',
  created_at: isoSeconds(domain.createdAt),
})

export const domainList = (domains: readonly CustomDomain[]) => ({ domains: domains.map(domainItem) })

export const madeDomain = (described: DescribedDomain): Static<typeof MadeDomainShape> => ({
  id: described.domain.id,
  domain: described.domain.name,
  verify_token: described.domain.token,
  dns_records: records(described),
})

export function verification(described: DescribedDomain): Static<typeof VerificationShape> {
  const { domain, note } = described
  const found = { TXT: domain.found?.txt.is === 'there', MX: domain.found?.mx.is === 'there' }
  return {
    verify_status: statusOf(domain),
    txt_record: found.TXT,
    mx_record: found.MX,
    dns_records: records(described).map((record) => ({ ...record, ok: found[record.type] })),
    message: note ?? messageOf(domain),
  }
}

function messageOf({ state, found }: CustomDomain): string {
  if (state === 'verified') return 'The domain is verified.'
  if (state === 'failing') return 'The records are gone. Mail is taken for some time yet.'
  if (!found) return 'The records were not looked at yet.'
  const unknown = [found.txt, found.mx].find(({ is }) => is === 'unknown')
  const missing = [...(found.txt.is === 'gone' ? ['TXT'] : []), ...(found.mx.is === 'gone' ? ['MX'] : [])].join(' and ')
  if (unknown) return `The name servers could not say: ${unknown.why}.`
  if (missing === '') return 'The records are there, and the domain is not verified yet.'
  return state === 'lapsed'
    ? `The verification has expired, and no mail is taken: ${missing} not found.`
    : `Not found yet: ${missing}.`
}

const tokenItem = ({ id, name, lastUsedAt, createdAt, revokedAt }: Key): Static<typeof ProTokenShape> => ({
  id,
  name,
  last_used_at: secondsOrNull(lastUsedAt),
  created_at: isoSeconds(createdAt),
  revoked_at: secondsOrNull(revokedAt),
})

export const tokenList = (keys: readonly Key[]) => ({ tokens: keys.map(tokenItem) })

export const madeToken = ({ key: { id, name }, secret }: MadeKey): Static<typeof MadeTokenShape> => ({
  id,
  name,
  token: secret,
})
