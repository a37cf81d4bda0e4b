// A plan's limits and permissions as a schema: as they are stored, and as answers show them. Null: there is no such limit.
import { type TSchema, Type } from '@sinclair/typebox'
import { type Plan, scopes } from './plan.ts'

const limit = Type.Union([Type.Integer(), Type.Null()])

export const PlanNumbers = Type.Object({
  requestsPerMinute: limit,
  burst: limit,
  requestsPerDay: limit,
  requestsPerMonth: limit,
  inboxesPerDay: limit,
  activeMailboxes: limit,
  archivedMailboxes: limit,
  defaultTtlMinutes: limit,
  maxTtlMinutes: limit,
  permanentMailboxes: Type.Boolean(),
  retentionMinutes: limit,
  mailboxBytes: limit,
  mailboxMessages: limit,
  accountBytes: limit,
  keys: limit,
  keyScopes: Type.Union([Type.Array(Type.Union(scopes.map((scope) => Type.Literal(scope)))), Type.Null()]),
  members: limit,
  customDomains: limit,
  webhooks: limit,
  customLocalPart: Type.Boolean(),
  chooseDomain: Type.Boolean(),
} satisfies Record<Exclude<keyof Plan, 'name' | 'prices'>, TSchema>)
