// The shapes of what the operator alone sees of the server: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { FindingShape, LevelShape } from '../../domains/shown.ts'
import type { Health } from '../../health.ts'
import { instant, iso } from '../../instants.ts'
import { PlanNumbers } from '../../plans/numbers.ts'
import type { Plan } from '../../plans/plan.ts'
import { limits } from './wire-accounts.ts'

const whole = (description?: string) => Type.Integer(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const ref = (name: string) => Type.Ref(`#/components/schemas/${name}`)

const HealthShape = Type.Object({
  version: Type.String(),
  startedAt: instant(),
  at: instant('When this was so.'),
  shortage: orNull(Type.String({ description: 'Why no mail is taken; null: it is.' })),
  whole: Type.Boolean({ description: 'Whether no damage of the database is known.' }),
  queues: Type.Object(
    {
      writer: whole('Changes that wait for the writer.'),
      digests: whole('Mails that wait to be read.'),
      reads: whole('Searches and other slow reads that wait.'),
      webhooks: whole('Deliveries that wait, for the first time or again.'),
    },
    { description: 'What waits.' },
  ),
  open: Type.Object(
    {
      smtp: whole('SMTP connections.'),
      http: whole('HTTP connections; those to loopback without TLS are not counted.'),
      waits: whole('Calls that wait for a mail.'),
      streams: whole('Live streams.'),
    },
    { description: 'What is open now.' },
  ),
  threadsReplaced: whole('Threads that hung or died since the start, and were replaced.'),
  store: Type.Object({
    bytes: whole('Of the database in use.'),
    logBytes: whole('Of the write-ahead log.'),
    maxBytes: whole('`storage.max_bytes`: from there on no mail is taken.'),
    freeBytes: whole('On the disk.'),
    minFreeBytes: whole('`storage.min_free_bytes`: below that no mail is taken.'),
  }),
  memoryBytes: whole('Of the process, in main memory.'),
  certificate: Type.Object({
    endsAt: instant(),
    selfSigned: Type.Boolean({ description: 'Made by the server itself, for SMTP; it is renewed by itself.' }),
  }),
})

const ServerReportShape = Type.Object({
  at: instant('When it was looked at.'),
  outcome: LevelShape,
  items: Type.Array(FindingShape, { description: 'What was found, check by check.' }),
})

const ConfiguredPlanShape = Type.Object({
  name: Type.String(),
  offered: Type.Boolean({ description: 'Whether the config has it; else nobody can be put on it any more.' }),
  accounts: whole('How many are on it.'),
  limits: PlanNumbers,
  prices: Type.Object({
    stripe: orNull(Type.String({ description: "The id of Stripe's price." })),
    btcpay: orNull(Type.Object({ amount: Type.Number(), currency: Type.String() })),
    days: whole('How long what is paid once lasts.'),
  }),
})

/** What the document calls them. */
export const operatorSchemas = {
  Health: HealthShape,
  ServerReport: ServerReportShape,
  ConfiguredPlan: ConfiguredPlanShape,
  ConfiguredPlanList: Type.Object({
    items: Type.Array(ref('ConfiguredPlan')),
    next: orNull(Type.String({ description: 'The cursor of the next page; null after the last.' })),
  }),
} satisfies Record<string, TSchema>

export function health({ now, startedAt, isWhole, certificate, store, ...rest }: Health): Static<typeof HealthShape> {
  const { endsAt, selfSigned } = certificate
  return {
    ...rest,
    startedAt: iso(startedAt),
    at: iso(now),
    whole: isWhole,
    // What the disk has free is not known before it was looked at.
    store: { ...store, freeBytes: Number.isFinite(store.freeBytes) ? store.freeBytes : 0 },
    certificate: { endsAt: iso(endsAt), selfSigned },
  }
}

export const configuredPlan = ({
  plan,
  isOffered,
  accounts,
}: {
  plan: Plan
  isOffered: boolean
  accounts: number
}): Static<typeof ConfiguredPlanShape> => ({
  name: plan.name,
  offered: isOffered,
  accounts,
  limits: limits(plan),
  prices: plan.prices,
})
