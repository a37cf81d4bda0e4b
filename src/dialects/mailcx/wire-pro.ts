// The shapes of Mail.cx's Pro API: domains and tokens.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { baseOf, type CustomDomain, type DescribedDomain, isServing } from '../../domains/domain.ts'
import { isoSeconds, secondsOrNull } from '../../http/instants.ts'
import type { Key } from '../../keys/key.ts'
import type { MadeKey } from '../../keys/service.ts'
import { id, instant, orNull } from './wire.ts'

const instantOrNull = () => orNull(instant())
const status = () => Type.Union([Type.Literal('pending'), Type.Literal('verified')])

const RecordsShape = Type.Array(
  Type.Union([
    Type.Object({ type: Type.Literal('TXT'), host: Type.String(), value: Type.String() }),
    Type.Object({ type: Type.Literal('MX'), host: Type.String(), value: Type.String(), priority: Type.Integer() }),
  ]),
)

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
  dns_records: RecordsShape,
})
const VerificationShape = Type.Object({
  verify_status: status(),
  txt_record: Type.Boolean(),
  mx_record: Type.Boolean(),
  dns_records: RecordsShape,
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

const records = ({ name, token }: CustomDomain, mxTarget: string): Static<typeof RecordsShape> => [
  { type: 'TXT', host: baseOf(name), value: token },
  { type: 'MX', host: name, value: mxTarget, priority: 10 },
]

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

export const madeDomain = (domain: CustomDomain, mxTarget: string): Static<typeof MadeDomainShape> => ({
  id: domain.id,
  domain: domain.name,
  verify_token: domain.token,
  dns_records: records(domain, mxTarget),
})

export const verification = (
  { domain, note }: DescribedDomain,
  mxTarget: string,
): Static<typeof VerificationShape> => ({
  verify_status: statusOf(domain),
  txt_record: domain.found?.txt.is === 'there',
  mx_record: domain.found?.mx.is === 'there',
  dns_records: records(domain, mxTarget),
  message: note ?? messageOf(domain),
})

function messageOf({ state, found }: CustomDomain): string {
  if (isServing(state)) return 'The domain is verified.'
  if (!found) return 'The records were not looked at yet.'
  const unknown = [found.txt, found.mx].find(({ is }) => is === 'unknown')
  if (unknown) return `The name servers could not say: ${unknown.why}.`
  const missing = [...(found.txt.is === 'gone' ? ['TXT'] : []), ...(found.mx.is === 'gone' ? ['MX'] : [])]
  return missing.length > 0
    ? `Not found yet: ${missing.join(' and ')}.`
    : 'The records are there, and the domain waits.'
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
