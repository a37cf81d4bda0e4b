// Custom domains as the native API answers them and `--json` prints them: the schema is the type, and a function is named by
// what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { extended } from '../extended.ts'
import { type Finding, levels, worst } from '../finding.ts'
import { instant, iso, isoOrNull } from '../instants.ts'
import { customAccesses, type DescribedDomain, domainStates, type Seen, unicodeOf } from './domain.ts'
import type { Examined } from './service.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const RecordShape = Type.Object({
  type: Type.Union([Type.Literal('TXT'), Type.Literal('MX')]),
  name: text(),
  value: text(),
  priority: Type.Optional(Type.Integer()),
  purpose: Type.Union([Type.Literal('ownership'), Type.Literal('delivery'), Type.Literal('subdomains')], {
    description:
      'What it is for. "subdomains": only for who wants their mail too, and adds "*." and the name as another domain.',
  }),
  line: text('As it stands in a zone file.'),
  status: orNull(
    Type.Union([Type.Literal('found'), Type.Literal('missing'), Type.Literal('unknown')], {
      description: 'Of the last look; null: it was not looked for. "unknown": no name server could say.',
    }),
  ),
  seen: Type.Array(Type.String(), { description: 'What the last look found there, cut short.' }),
  problem: orNull(text('Why no name server could say.')),
})

export const DomainShape = Type.Object({
  id: text('A UUIDv7.'),
  name: text('In lower-case A-labels; "*." before it: all of its subdomains.'),
  unicodeName: text('As people write it.'),
  state: Type.Union(
    domainStates.map((state) => Type.Literal(state)),
    {
      description:
        'Mail is taken while it is "verified", and while it is "failing": its records are gone, until `lapsesAt`. "pending": they were not found yet; "lapsed": not any more.',
    },
  ),
  access: Type.Union(
    customAccesses.map((access) => Type.Literal(access)),
    {
      description: '"private": every address takes mail, which its account reads; "claimed": only opened mailboxes do.',
    },
  ),
  catchAll: orNull(text("The account's mailbox that takes mail for addresses without one.")),
  records: Type.Array(RecordShape, { description: 'What its owner is to set, and what was found of it.' }),
  createdAt: instant(),
  checkedAt: orNull(instant('When its records were last looked at.')),
  nextCheckAt: orNull(instant('When they are looked at next; null: nobody does by himself.')),
  verifiedAt: orNull(instant('When they were found, for the first time or again.')),
  lapsesAt: orNull(instant('Of one that is failing: until when mail is still taken.')),
  byHand: Type.Boolean({ description: 'Whether the operator vouches for it, and its records are not looked at.' }),
  note: orNull(text('What else is to be known.')),
})

export const ListedDomainShape = extended(DomainShape, {
  account: Type.Object({ id: text(), owner: orNull(text('The e-mail address of its first owner.')) }),
})

export const LevelShape = Type.Union(
  levels.map((level) => Type.Literal(level)),
  { description: '"note": worth knowing, and mail comes all the same; "wrong": to be mended.' },
)

export const FindingShape = Type.Object({
  check: text(
    '"standing": whether mail is taken; "dns": what name servers say at all; "txt": whose it is; "mx": where its mail goes; "target": one server there; "wildcard": where mail for its subdomains goes; "host", "ptr", "port", "reach", "certificate": this server, as others see it.',
  ),
  level: LevelShape,
  says: text('What was found, as a sentence.'),
  mend: orNull(text('What to do about it.')),
  asked: Type.Array(Type.String(), { description: 'What was asked for it.' }),
  answered: Type.Array(Type.String(), { description: 'What was answered, cut short.' }),
})

export const DomainReportShape = Type.Object({
  id: text('Of the domain.'),
  name: text(),
  unicodeName: text(),
  at: instant('When it was looked at.'),
  outcome: LevelShape,
  items: Type.Array(FindingShape, { description: 'What was found, check by check.' }),
})

const statuses = { there: 'found', gone: 'missing', unknown: 'unknown' } as const

function shownSeen(seen: Seen | null) {
  return {
    status: seen ? statuses[seen.is] : null,
    seen: seen ? [...seen.seen] : [],
    problem: seen?.why ?? null,
  }
}

export function domain({ domain: one, records, note, lapsesAt }: DescribedDomain): Static<typeof DomainShape> {
  const { found } = one
  const seen = { ownership: found?.txt ?? null, delivery: found?.mx ?? null, subdomains: null }
  return {
    id: one.id,
    name: one.name,
    unicodeName: unicodeOf(one.name),
    state: one.state,
    access: one.access,
    catchAll: one.catchAll,
    records: records.map((record) => ({ ...record, ...shownSeen(seen[record.purpose]) })),
    createdAt: iso(one.createdAt),
    checkedAt: isoOrNull(one.checkedAt),
    nextCheckAt: isoOrNull(one.nextCheckAt),
    verifiedAt: isoOrNull(one.verifiedAt),
    lapsesAt: isoOrNull(lapsesAt),
    byHand: one.byHand,
    note,
  }
}

export const listedDomain = (described: DescribedDomain, owner: string | null): Static<typeof ListedDomainShape> => ({
  ...domain(described),
  account: { id: described.domain.accountId, owner },
})

export const report = ({ domain: { id, name }, at, findings }: Examined): Static<typeof DomainReportShape> => ({
  id,
  name,
  unicodeName: unicodeOf(name),
  at: iso(at),
  outcome: worst(findings),
  items: findings.map(listed),
})

export function listed({
  check,
  level,
  says,
  mend = null,
  asked = [],
  answered = [],
}: Omit<Finding, 'mend'> & { mend?: string | null }): Static<typeof FindingShape> {
  return { check, level, says, mend, asked: [...asked], answered: [...answered] }
}
