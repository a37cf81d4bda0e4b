// Plans that are sold: the invoices of an account and of all, the page by which a bought key is handed out, and the calls by
// which the services of rails tell that something was paid.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { nobody } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, parametersOf, queryInput } from '../../http/input.ts'
import { pagesAt } from '../../http/links.ts'
import { queryOf, type Visit, visitOf } from '../../http/visit.ts'
import { type RailName, railNames } from '../../payments/rail.ts'
import { checkout, checkoutKey, listedInvoice, orderedInvoice, ownInvoice, paidInvoice } from '../../payments/shown.ts'
import { Refusal } from '../../refusal.ts'
import { anyIdOf, ulidOf } from '../../ulid.ts'
import { blind, keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'

const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor }))
const Ordering = bodyInput(
  Type.Object({
    plan: Type.String({ minLength: 1, maxLength: 32, description: 'The name of a plan that is sold here.' }),
    rail: Type.Union(
      railNames.map((name) => Type.Literal(name)),
      {
        description: 'How it is paid: "stripe", "lightning" (a BTCPay server), or "manual": an operator marks it paid.',
      },
    ),
  }),
)
const ListingAll = queryInput(
  Type.Object({
    limit: Limit,
    cursor: Cursor,
    state: Type.Optional(
      Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('expired')], {
        description: 'Only those in this state.',
      }),
    ),
  }),
)
const Having = bodyInput(
  Type.Object({
    secret: Type.String({ minLength: 1, maxLength: 100, description: 'What stands behind the "#" of its page.' }),
  }),
)

const noQuery = queryInput(Type.Object({}))

const tag = 'payments'
/** Of a call by which a service tells. */
const mostNoticeBytes = 256 * 1024

/** As a UUID or a ULID. Refuses: invoice-unknown. */
function invoiceId(given: string): string {
  const id = anyIdOf(given)
  if (id === null) throw new Refusal('invoice-unknown')
  return id
}

export const invoiceRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/account/invoices',
      ({ caller, query }) =>
        pageOf(door, 'invoices', caller, query, {
          read: ({ before, limit }) => door.core.payments.own(caller, { before, limit }),
          show: ownInvoice,
        }),
      {
        query: Listing,
        ...described({
          summary: "List my account's invoices",
          description: 'Newest first: of plans that were ordered for it, paid or not.',
          tag: 'account',
          credential: 'required',
          answers: { 200: 'InvoiceList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .post(
      '/account/invoices',
      async ({ caller, body, visit, request, set }) => {
        set.status = 201
        const returnTo = (id: string): string => `${pagesAt(door, request)}/checkout/${ulidOf(id)}`
        return orderedInvoice(await door.core.payments.orderOwn(caller, { ...body, client: visit.client, returnTo }))
      },
      {
        body: Ordering,
        ...described({
          summary: 'Order a plan for my account',
          description:
            'It is in force once it is paid at `checkoutUrl`, or once an operator has marked it paid (rail "manual").',
          tag: 'account',
          credential: 'required',
          answers: { 201: 'Invoice' },
          refusals: [
            'forbidden',
            'plan-unknown',
            'rail-unknown',
            'rail-unavailable',
            'plan-unsold',
            'too-many-invoices',
            'storage-failed',
          ],
        }),
      },
    )
    .get(
      '/account/invoices/:id',
      async ({ caller, params }) => ownInvoice(await door.core.payments.ownOne(caller, invoiceId(params.id))),
      {
        ...described({
          summary: "Show one of my account's invoices",
          tag: 'account',
          credential: 'required',
          answers: { 200: 'Invoice' },
          refusals: ['forbidden', 'invoice-unknown'],
        }),
      },
    )
    .get(
      '/admin/invoices',
      ({ caller, query }) =>
        pageOf(door, 'invoices', caller, query, {
          scope: `all ${query.state ?? ''}`,
          read: ({ before, limit }) => door.core.payments.newest(caller, { before, limit, state: query.state ?? null }),
          show: listedInvoice,
        }),
      {
        query: ListingAll,
        ...described({
          summary: 'List all invoices',
          description: 'Newest first.',
          tag: 'admin',
          credential: 'required',
          answers: { 200: 'ListedInvoiceList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .post(
      '/admin/invoices/:id/pay',
      async ({ caller, params }) => paidInvoice(await door.core.payments.payByHand(caller, invoiceId(params.id))),
      {
        ...described({
          summary: 'Mark an invoice paid',
          description: 'Of whichever rail, also one that had expired. One that is paid stays as it is.',
          tag: 'admin',
          credential: 'required',
          answers: { 200: 'PaidInvoice' },
          refusals: ['forbidden', 'invoice-unknown', 'storage-failed'],
        }),
      },
    )

export const checkoutRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/checkout` })
    .use(blind())
    .onBeforeHandle(({ visit }) => count(door, visit))
    .post(
      '/:id',
      async ({ params, body }) => checkout(await door.core.payments.look(invoiceId(params.id), body.secret)),
      {
        body: Having,
        ...described({
          summary: 'Look at an order, with the secret of its page',
          description: 'However often: it hands nothing out.',
          tag,
          credential: 'none',
          answers: { 200: 'Checkout' },
          refusals: ['invoice-unknown', 'rate-exceeded'],
        }),
      },
    )
    .post(
      '/:id/key',
      async ({ params, body, visit, set }) => {
        set.status = 201
        const { payments } = door.core
        return checkoutKey(await payments.handOut(invoiceId(params.id), body.secret, visit.client))
      },
      {
        body: Having,
        ...described({
          summary: 'Take the key of a paid order, once',
          tag,
          credential: 'none',
          answers: { 201: 'CheckoutKey' },
          refusals: ['invoice-unknown', 'invoice-unpaid', 'key-shown', 'rate-exceeded', 'storage-failed'],
        }),
      },
    )

/** What is signed is the body as it came: no schema reads it. */
export const noticeRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/payments` })
    .post('/stripe', ({ request }) => hear(door, 'stripe', request), noticed('Stripe'))
    .post('/lightning', ({ request }) => hear(door, 'lightning', request), noticed('the BTCPay server'))

const noticed = (service: string) =>
  described({
    summary: `Take what ${service} tells of payments`,
    description:
      'Its signature is the credential. 204 when what it tells is on the disk; also for what is known already.',
    tag,
    credential: 'none',
    answers: { 204: null },
    refusals: ['credential-wrong', 'rail-unavailable', 'rate-exceeded', 'too-busy', 'storage-failed'],
  })

async function hear(door: Door, rail: RailName, request: Request): Promise<Response> {
  const visit = visitOf(request)
  visit.route = `${prefix}/payments/${rail}`
  noQuery['~standard'].validate(parametersOf(queryOf(request.url)))
  const body = new TextEncoder().encode(visit.body)
  if (body.byteLength > mostNoticeBytes) throw new Refusal('too-large')
  try {
    await door.core.payments.hear(rail, body, request.headers)
  } catch (error) {
    // Whoever signs nothing is one without a credential.
    if (error instanceof Refusal && error.reason === 'credential-wrong') count(door, visit)
    throw error
  }
  return new Response(null, { status: 204 })
}

/** Refuses: rate-exceeded. */
function count(door: Door, visit: Visit): void {
  visit.limit = door.core.usage.admit(nobody, visit.client)
}
