// The shape of what anybody may know of the server.
import { type Static, Type } from '@sinclair/typebox'
import { Registration } from '../../accounts/switches.ts'
import type { ServerFacts } from '../../http/facts.ts'
import { OfferShape } from '../../payments/shown.ts'
import { PlanNumbers } from '../../plans/numbers.ts'
import { limits } from './wire-accounts.ts'

const text = (description: string) => Type.String({ description })
const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const ServerShape = Type.Object({
  version: text('Of Mayfly.'),
  publicUrl: orNull('Where people reach it, if the operator said so.'),
  smtpHost: text('The name that mail servers see.'),
  domains: Type.Array(
    Type.Object({ name: Type.String(), access: Type.Union([Type.Literal('public'), Type.Literal('claimed')]) }),
    { description: 'The shared ones; the first is the primary one.' },
  ),
  anonymousMailboxes: Type.Boolean({ description: 'Whether mailboxes may be opened without an account.' }),
  registration: Registration,
  developerApi: Type.Boolean({ description: 'Whether keys are good for anything.' }),
  apis: Type.Array(Type.String(), { description: 'Those that are switched on.' }),
  plans: Type.Array(Type.Object({ name: Type.String(), limits: PlanNumbers, offers: Type.Array(OfferShape) }), {
    description:
      '`anonymous` is that of those without an account. `offers`: the services by which it is paid for, and their prices where they are known here.',
  }),
  unclaimedRetentionMinutes: Type.Integer({ description: 'How long mail is kept where nobody opened the address.' }),
  quarantineHours: Type.Integer({ description: 'How long the address of a mailbox that ended is kept from others.' }),
  eventHours: Type.Integer({ description: 'How long a live stream can be resumed.' }),
  asksDns: Type.Boolean({
    description:
      'Whether name servers are asked for the records of custom domains; else the operator verifies by hand.',
  }),
  notice: orNull("The operator's words to all visitors."),
  kept: Type.Object(
    {
      sessionDays: Type.Integer({ description: 'Sign-ins that are not used.' }),
      usageDays: Type.Integer({ description: 'Counts of what accounts used.' }),
      auditDays: Type.Integer({ description: 'Who did what, and revoked keys.' }),
      refusals: Type.Integer({ description: 'So many refused mails, the newest.' }),
      deliveredHours: Type.Integer({ description: "Webhooks' deliveries that arrived." }),
      deliveryHours: Type.Integer({ description: "Webhooks' deliveries in any case." }),
    },
    { description: 'How long what is no mail is kept.' },
  ),
  keyless: Type.Object(
    {
      mailcx: Type.Object({
        requestsPerSecond: Type.Integer(),
        mailboxesPerDay: Type.Integer(),
        idleDays: Type.Integer({ description: 'A mailbox that nobody used for so long ends.' }),
      }),
      mailfade: Type.Object({ requestsPerDay: Type.Integer() }),
    },
    { description: 'What one client address may do without a key, in the APIs that take such calls.' },
  ),
})

export const serverSchemas = { Server: ServerShape }

export const server = ({ plans, ...facts }: ServerFacts): Static<typeof ServerShape> => ({
  ...facts,
  plans: plans.map(({ plan, offers }) => ({ name: plan.name, limits: limits(plan), offers })),
})
