// The rail `stripe`: subscriptions paid by card, through Stripe's Checkout.
import { Value } from '@sinclair/typebox/value'
import type { Stripe } from 'stripe'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import { invalid, Refusal } from '../refusal.ts'
import { ask, isWebAddress, NotAnswered, unreadable } from './asking.ts'
import type { Begun, Notice, Order, Rail } from './rail.ts'
import { type CheckedOut, mayBeOurs, readEvent } from './stripe-events.ts'
import { AskedSession, endOf, idOf, linesOf, NewSession, priceIn, StripeEvent } from './stripe-shapes.ts'

export type StripeRules = {
  secretKey: string
  webhookSecret: string
  /** An origin. */
  apiUrl: string
  /** For each call. */
  milliseconds: number
}

const minute = 60_000
/** Stripe takes 30 minutes to 24 hours; what is between lets clocks differ. */
const soonest = 32 * minute
const latest = (24 * 60 - 5) * minute
const toleranceSeconds = 300
const longestSignature = 4096
const mostAnswerBytes = 512 * 1024
/** Of an answer's header, what the library heeds: it would print another to the terminal. */
const heeded = ['request-id', 'stripe-should-retry']
/** A first payment of nothing (a trial, a voucher) is the operator's to give. */
const paid = new Set(['paid', 'no_payment_required'])

export class StripeRail implements Rail {
  readonly name = 'stripe'
  private loading: Promise<Stripe> | null = null

  constructor(
    private readonly rules: StripeRules,
    private readonly outside: Pick<Outside, 'now'>,
    private readonly log: Log,
  ) {}

  sells({ prices }: Plan): boolean {
    return prices.stripe !== null
  }

  /** The config has no more of it than an id. */
  priceOf(): null {
    return null
  }

  async begin({ invoiceId, plan, returnUrl, expiresAt }: Order): Promise<Begun> {
    const { stripe: price } = plan.prices
    if (price === null) throw new Refusal('rail-unavailable')
    const now = this.outside.now()
    const metadata = { mayfly_invoice: invoiceId }
    return this.answered('a payment could not be begun', invoiceId, async (stripe) => {
      const session: unknown = await stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          line_items: [{ price, quantity: 1 }],
          client_reference_id: invoiceId,
          metadata,
          subscription_data: { metadata },
          success_url: returnUrl,
          cancel_url: returnUrl,
          expires_at: Math.floor(Math.min(Math.max(expiresAt, now + soonest), now + latest) / 1000),
        },
        { idempotencyKey: `mayfly-${invoiceId}` },
      )
      if (!Value.Check(NewSession, session) || !isWebAddress(session.url)) throw new NotAnswered(unreadable)
      return { reference: session.id, checkoutUrl: session.url, price: priceIn(session) }
    })
  }

  async hear(body: Uint8Array, headers: Headers): Promise<Notice | null> {
    const event = await this.verified(body, headers.get('stripe-signature') ?? '')
    const told = mayBeOurs(body) ? readEvent(event) : null
    return told?.what === 'checked-out' ? this.paidAtCheckout(told) : told
  }

  /** Refuses: credential-wrong, for what is not signed, or was long ago; invalid-request, for what is no event. */
  private async verified(body: Uint8Array, signature: string): Promise<StripeEvent> {
    if (signature === '' || signature.length > longestSignature) throw new Refusal('credential-wrong')
    const stripe = await this.library()
    try {
      const { webhookSecret } = this.rules
      const now = this.outside.now()
      const event: unknown = await stripe.webhooks.constructEventAsync(
        Buffer.from(body),
        signature,
        webhookSecret,
        toleranceSeconds,
        undefined,
        now,
      )
      if (Value.Check(StripeEvent, event)) return event
    } catch (error) {
      if (error instanceof stripe.errors.StripeSignatureVerificationError) throw new Refusal('credential-wrong')
    }
    throw invalid('body', 'must be an event as Stripe sends it')
  }

  /** What the event's session says may be old, and it does not say until when it is paid. */
  private async paidAtCheckout({ invoiceId, sessionId, at }: CheckedOut): Promise<Notice | null> {
    return this.answered('what was paid could not be asked', invoiceId, async (stripe) => {
      // Stripe waits for the answer to its event, and sends it again.
      const session: unknown = await stripe.checkout.sessions.retrieve(
        sessionId,
        { expand: ['invoice'] },
        { maxNetworkRetries: 0 },
      )
      if (!Value.Check(AskedSession, session) || session.id !== sessionId) throw new NotAnswered(unreadable)
      if (!paid.has(session.payment_status)) return null
      const { invoice } = session
      // The subscription's first invoice, of which there is an event too: both are one payment.
      const id = `paid/${invoice?.id ?? sessionId}`
      const until = invoice ? endOf(linesOf(invoice.lines)) : null
      return { what: 'paid', id, invoiceId, at, until, subscription: idOf(session.subscription) }
    })
  }

  /** Refuses: rail-unavailable, with the cause in the log. */
  private async answered<Answer>(
    failed: string,
    invoiceId: string,
    work: (stripe: Stripe) => Promise<Answer>,
  ): Promise<Answer> {
    const stripe = await this.library()
    try {
      return await work(stripe)
    } catch (error) {
      this.log.warn({ rail: this.name, invoiceId, ...causeOf(error, this.rules.secretKey) }, failed)
      throw new Refusal('rail-unavailable')
    }
  }

  /** It takes megabytes: only a server that sells plans, once it does. */
  private library(): Promise<Stripe> {
    this.loading ??= this.load()
    return this.loading
  }

  private async load(): Promise<Stripe> {
    const { Stripe } = await import('stripe')
    const { secretKey, apiUrl, milliseconds } = this.rules
    const { protocol, hostname, port } = new URL(apiUrl)
    const isPlain = protocol === 'http:'
    return new Stripe(secretKey, {
      host: hostname,
      protocol: isPlain ? 'http' : 'https',
      port: port || (isPlain ? 80 : 443),
      // `ask` is to be the one that says so.
      timeout: milliseconds + 1000,
      maxNetworkRetries: 1,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient(boundedFetch(milliseconds)),
    })
  }
}

/** What the library is to fetch with. */
function boundedFetch(milliseconds: number): typeof fetch {
  const bounded = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { status, headers, text } = await ask(String(url), init, { milliseconds, bytes: mostAnswerBytes })
    const kept = new Headers()
    for (const name of heeded) {
      const value = headers.get(name)
      if (value !== null) kept.set(name, value)
    }
    return new Response(text || null, { status, headers: kept })
  }
  return Object.assign(bounded, { preconnect: fetch.preconnect })
}

/** What of an error says where to look. Its sentence may hold whatever was sent. */
function causeOf(error: unknown, secret: string): Record<string, unknown> {
  const of = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Object.entries(error).find(([own]) => own === name)?.[1] : undefined
  const detail = error instanceof NotAnswered ? error : of('detail')
  const word = (name: string, shape: RegExp): Record<string, string> => {
    const value = of(name)
    return typeof value === 'string' && shape.test(value) && !value.includes(secret) ? { [name]: value } : {}
  }
  const status = of('statusCode')
  return {
    cause:
      detail instanceof NotAnswered
        ? detail.message
        : typeof status === 'number'
          ? `it answered ${status}`
          : unreadable,
    ...word('code', /^[a-z_]{1,60}$/),
    ...word('param', /^[a-z_[\]0-9]{1,100}$/),
    ...word('requestId', /^req_[A-Za-z0-9]{1,60}$/),
  }
}
