// A stand-in for Stripe, as its public API is documented: Checkout sessions, subscriptions, invoices and signed events.
import { type Answering, type Asked, answering, type Call, hmac } from './stand-in.ts'

type Json = Record<string, unknown>

export type Session = Json & {
  id: string
  url: string
  payment_status: string
  status: string
  metadata: Json
  expires_at: number
  invoice: string | null
  subscription: string | null
}

export type StripeEvent = { id: string; type: string; created: number; data: { object: Json } }

const day = 86_400
export const month = 30 * day

export type StripeStandIn = Answering & {
  secretKey: string
  webhookSecret: string
  sessions: Map<string, Session>
  /** In which version of the API it tells of events. */
  version: { is: 'basil' | 'acacia' }
  /** Somebody pays at the checkout. Answers what Stripe then tells, in the order in which it happened. */
  pay: (sessionId: string) => StripeEvent[]
  /** The same with a payment that takes days: `unpaid` at first, `paid` or `failed` in the end. */
  payLater: (sessionId: string) => StripeEvent[]
  settle: (sessionId: string, how: 'paid' | 'failed') => StripeEvent[]
  expire: (sessionId: string) => StripeEvent[]
  /** Of a subscription. */
  renew: (subscriptionId: string) => StripeEvent[]
  become: (subscriptionId: string, status: string) => StripeEvent[]
  cancel: (subscriptionId: string) => StripeEvent[]
  /** An event of what else this account sells. */
  other: (type: string, object: Json) => StripeEvent
  /** As it is sent: signed with the endpoint's secret, now. */
  signed: (event: unknown, how?: { secret?: string; at?: number; scheme?: string }) => Call
}

export function stripeStandIn(now: () => number): StripeStandIn {
  const secretKey = 'sk_test_51Hq9xAbCdEf'
  const webhookSecret = 'whsec_QmFzZTY0c2VjcmV0'
  const sessions = new Map<string, Session>()
  const subscriptions = new Map<string, { id: string; status: string; metadata: Json; end: number }>()
  const invoices = new Map<string, { id: string; subscription: string; start: number; end: number }>()
  const replies = new Map<string, { params: string; status: number; body: Json }>()
  const version: StripeStandIn['version'] = { is: 'basil' }
  let made = 0
  const id = (kind: string): string => `${kind}_${String(++made).padStart(8, '0')}Ab`
  const seconds = (): number => Math.floor(now() / 1000)

  const invoiceOf = (invoiceId: string, shape: 'basil' | 'acacia'): Json => {
    const invoice = invoices.get(invoiceId)
    if (!invoice) throw new Error(`no invoice ${invoiceId}`)
    const { subscription, start, end } = invoice
    const metadata = subscriptions.get(subscription)?.metadata ?? {}
    const item = { subscription, subscription_item: 'si_1', proration: false }
    const isNew = shape === 'basil'
    return {
      id: invoiceId,
      object: 'invoice',
      status: 'paid',
      amount_paid: 500,
      currency: 'eur',
      metadata: {},
      // It begins and ends when it was made: what is paid for stands in its lines.
      period_start: start,
      period_end: start,
      ...(isNew
        ? { parent: { type: 'subscription_details', subscription_details: { metadata, subscription } } }
        : { subscription, subscription_details: { metadata } }),
      lines: {
        object: 'list',
        has_more: false,
        data: [
          {
            id: 'il_1',
            object: 'line_item',
            amount: 500,
            metadata,
            period: { start, end },
            ...(isNew
              ? { parent: { type: 'subscription_item_details', subscription_item_details: item } }
              : { type: 'subscription', subscription }),
          },
        ],
      },
    }
  }

  const event = (type: string, object: Json): StripeEvent =>
    // A copy: what is told is how it was then.
    structuredClone({
      id: id('evt'),
      object: 'event',
      api_version: version.is === 'basil' ? '2025-03-31.basil' : '2024-11-20.acacia',
      created: seconds(),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object },
    })

  const session = (sessionId: string): Session => {
    const found = sessions.get(sessionId)
    if (!found) throw new Error(`no session ${sessionId}`)
    return found
  }
  const subscription = (subscriptionId: string) => {
    const found = subscriptions.get(subscriptionId)
    if (!found) throw new Error(`no subscription ${subscriptionId}`)
    return found
  }
  const toldSubscription = (subscriptionId: string): Json => {
    const { id, status, metadata, end } = subscription(subscriptionId)
    return { id, object: 'subscription', status, metadata, items: { data: [{ id: 'si_1', current_period_end: end }] } }
  }
  const bill = (subscriptionId: string, start: number): string => {
    const invoice = { id: id('in'), subscription: subscriptionId, start, end: start + month }
    invoices.set(invoice.id, invoice)
    subscription(subscriptionId).end = invoice.end
    return invoice.id
  }
  const complete = (sessionId: string, payment_status: 'paid' | 'unpaid'): void => {
    const found = session(sessionId)
    const metadata = metadataOf(found)
    const made = { id: id('sub'), status: payment_status === 'paid' ? 'active' : 'incomplete', metadata, end: 0 }
    subscriptions.set(made.id, made)
    Object.assign(found, { status: 'complete', payment_status, url: null, subscription: made.id })
    found.invoice = bill(made.id, seconds())
  }
  const paidInvoice = (invoiceId: string | null): StripeEvent =>
    event('invoice.paid', invoiceOf(invoiceId ?? '', version.is))

  const server = answering((asked) => {
    const given = asked.headers.get('authorization')
    if (given !== `Bearer ${secretKey}`) {
      return refused(401, { type: 'invalid_request_error', message: `Invalid API Key provided: ${given}` })
    }
    if (asked.method === 'POST' && asked.path === '/v1/checkout/sessions') return makeSession(asked)
    const [, sessionId = ''] = /^\/v1\/checkout\/sessions\/([^/]+)$/.exec(asked.path) ?? []
    const found = sessions.get(sessionId)
    if (asked.method !== 'GET' || !found) {
      return refused(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'id', message: 'No such' })
    }
    const isWhole = asked.query.getAll('expand[0]').includes('invoice') && found.invoice !== null
    // An answer is in the version that the library asks for, whatever the endpoint's is.
    return reply(200, { ...found, ...(isWhole ? { invoice: invoiceOf(found.invoice ?? '', 'basil') } : {}) })
  })

  function makeSession({ headers, body }: Asked): Response {
    const key = headers.get('idempotency-key')
    const before = key === null ? undefined : replies.get(key)
    if (before && before.params !== body) {
      return refused(400, { type: 'idempotency_error', message: 'Keys for idempotent requests can only be used …' })
    }
    if (before) return reply(before.status, before.body, { 'idempotent-replayed': 'true' })
    const answer = sessionOf(nested(body))
    const isMade = 'id' in answer
    const status = isMade ? 200 : 400
    const said = isMade ? answer : { error: answer }
    if (key !== null) replies.set(key, { params: body, status, body: said })
    return reply(status, said)
  }

  function sessionOf(params: Json): Json {
    const wrong = (param: string, code: string): Json => ({
      type: 'invalid_request_error',
      code,
      param,
      message: `This is wrong: ${JSON.stringify(params)}`,
    })
    const expiresAt = Number(params['expires_at'])
    if (params['mode'] !== 'subscription') return wrong('mode', 'parameter_invalid')
    if (at(params, 'line_items', '0', 'price') !== 'price_dev') return wrong('line_items[0][price]', 'resource_missing')
    if (at(params, 'line_items', '0', 'quantity') !== '1') return wrong('line_items[0][quantity]', 'parameter_missing')
    if (!URL.canParse(String(params['success_url']))) return wrong('success_url', 'url_invalid')
    if (!(expiresAt >= seconds() + 1800 && expiresAt <= seconds() + day))
      return wrong('expires_at', 'parameter_invalid')
    const made: Session = {
      id: id('cs_test'),
      object: 'checkout.session',
      url: '',
      mode: 'subscription',
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 500,
      currency: 'eur',
      client_reference_id: params['client_reference_id'] ?? null,
      metadata: metadataOf(params),
      subscription_metadata: at(params, 'subscription_data', 'metadata') ?? {},
      success_url: params['success_url'],
      cancel_url: params['cancel_url'],
      expires_at: expiresAt,
      invoice: null,
      subscription: null,
    }
    made.url = `https://checkout.stripe.example/c/pay/${made.id}#fid=1`
    sessions.set(made.id, made)
    return made
  }

  return {
    ...server,
    secretKey,
    webhookSecret,
    sessions,
    version,
    pay: (sessionId) => {
      complete(sessionId, 'paid')
      return [event('checkout.session.completed', session(sessionId)), paidInvoice(session(sessionId).invoice)]
    },
    payLater: (sessionId) => {
      complete(sessionId, 'unpaid')
      return [event('checkout.session.completed', session(sessionId))]
    },
    settle: (sessionId, how) => {
      const found = session(sessionId)
      if (how === 'failed') return [event('checkout.session.async_payment_failed', found)]
      found.payment_status = 'paid'
      return [event('checkout.session.async_payment_succeeded', found), paidInvoice(found.invoice)]
    },
    expire: (sessionId) => {
      session(sessionId).status = 'expired'
      return [event('checkout.session.expired', session(sessionId))]
    },
    renew: (subscriptionId) => [paidInvoice(bill(subscriptionId, subscription(subscriptionId).end))],
    become: (subscriptionId, status) => {
      subscription(subscriptionId).status = status
      return [event('customer.subscription.updated', toldSubscription(subscriptionId))]
    },
    cancel: (subscriptionId) => {
      subscription(subscriptionId).status = 'canceled'
      return [event('customer.subscription.deleted', toldSubscription(subscriptionId))]
    },
    other: event,
    signed: (told, { secret = webhookSecret, at = now(), scheme = 'v1' } = {}) => {
      const body = typeof told === 'string' ? told : JSON.stringify(told, null, 2)
      const time = Math.floor(at / 1000)
      return { body, headers: { 'stripe-signature': `t=${time},${scheme}=${hmac(secret, `${time}.${body}`)}` } }
    },
  }
}

/** Of a subscription's session its own, else what was given. */
function metadataOf(object: Json): Json {
  const metadata = object['subscription_metadata'] ?? object['metadata'] ?? {}
  return typeof metadata === 'object' && metadata !== null ? { ...metadata } : {}
}

const reply = (status: number, body: Json, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers: { 'request-id': 'req_8Kd1', ...headers } })

const refused = (status: number, error: Json): Response => reply(status, { error })

function at(object: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined,
    object,
  )
}

/** A form's fields with brackets in their names, as objects. */
function nested(form: string): Json {
  const whole: Json = {}
  for (const [name, value] of new URLSearchParams(form)) {
    const path = name.split('[').map((part) => part.replace(/\]$/, ''))
    const last = path.pop() ?? ''
    let place = whole
    for (const part of path) {
      const next = place[part]
      const inner: Json = typeof next === 'object' && next !== null ? Object.fromEntries(Object.entries(next)) : {}
      place[part] = inner
      place = inner
    }
    place[last] = value
  }
  return whole
}
