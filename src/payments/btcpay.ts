// The rail `lightning`: single payments through a BTCPay server of the operator's (its Greenfield API, v1).
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import { invalid, Refusal } from '../refusal.ts'
import { ask, isWebAddress, NotAnswered, unreadable } from './asking.ts'
import type { Begun, Notice, Order, Price, Rail } from './rail.ts'

export type BtcpayRules = {
  /** May have a path. */
  url: string
  storeId: string
  apiKey: string
  webhookSecret: string
  /** Of the server's own: marks what it asked for. */
  ownSecret: Uint8Array
  /** For each call. */
  milliseconds: number
}

const minute = 60_000
const mostAnswerBytes = 64 * 1024

const Id = Type.String({ pattern: '^[0-9A-Za-z_-]{1,100}$' })

const NewInvoice = Type.Object({ id: Id, checkoutLink: Type.String({ minLength: 1, maxLength: 5000 }) })

/** `metadata`: what was written there when it was made. Whoever may press a store's pay button chooses an `orderId`, no more. */
const StoredInvoice = Type.Object({
  id: Id,
  storeId: Type.String(),
  status: Type.String(),
  amount: Type.Union([Type.String({ maxLength: 50 }), Type.Number()]),
  currency: Type.String(),
  metadata: Type.Object({
    orderId: Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' }),
    mayfly: Type.Object({
      amount: Type.String({ maxLength: 50 }),
      currency: Type.String({ maxLength: 20 }),
      mark: Type.String({ maxLength: 100 }),
    }),
  }),
})

const Instant = Type.Integer({ minimum: 0, maximum: 253_402_300_799 })
const Call = Type.Object({ type: Type.String({ maxLength: 100 }), timestamp: Instant })
const InvoiceCall = Type.Object({ storeId: Type.String(), invoiceId: Id })

/** After which an invoice is looked at. */
const telling = new Set(['InvoiceSettled', 'InvoicePaymentSettled', 'InvoiceExpired', 'InvoiceInvalid'])

export class BtcpayRail implements Rail {
  readonly name = 'lightning'

  constructor(
    private readonly rules: BtcpayRules,
    private readonly outside: Pick<Outside, 'now'>,
    private readonly log: Log,
  ) {}

  sells({ prices }: Plan): boolean {
    return prices.btcpay !== null
  }

  priceOf({ prices: { btcpay } }: Plan): Price | null {
    return btcpay && { amount: decimal(btcpay.amount), currency: btcpay.currency }
  }

  async begin({ invoiceId, plan, returnUrl, expiresAt }: Order): Promise<Begun> {
    const price = this.priceOf(plan)
    if (price === null) throw new Refusal('rail-unavailable')
    const { amount, currency } = price
    const minutes = Math.max(1, Math.floor((expiresAt - this.outside.now()) / minute))
    const made = await this.answered('a payment could not be begun', { invoiceId }, async () => {
      const { status, text } = await this.call('POST', '', {
        amount,
        currency,
        metadata: { orderId: invoiceId, mayfly: { amount, currency, mark: this.markOf(invoiceId, amount, currency) } },
        checkout: { expirationMinutes: minutes, redirectURL: returnUrl },
      })
      if (status !== 200) throw new NotAnswered(`it answered ${status}`)
      const invoice = read(NewInvoice, text)
      if (!isWebAddress(invoice.checkoutLink)) throw new NotAnswered(unreadable)
      return invoice
    })
    return { reference: made.id, checkoutUrl: made.checkoutLink, price }
  }

  async hear(body: Uint8Array, headers: Headers): Promise<Notice | null> {
    if (!this.isSigned(body, headers.get('btcpay-sig') ?? '')) throw new Refusal('credential-wrong')
    const call = jsonIn(Buffer.from(body).toString())
    if (!Value.Check(Call, call)) throw invalid('body', 'must be a call as BTCPay makes it')
    if (!telling.has(call.type)) return null
    if (!Value.Check(InvoiceCall, call)) throw invalid('body', 'must be a call as BTCPay makes it')
    if (call.storeId !== this.rules.storeId) return null
    return this.become(call.invoiceId, call.timestamp * 1000)
  }

  /** What the server itself says of an invoice of ours: a call only says when to look. */
  private async become(reference: string, at: number): Promise<Notice | null> {
    const found = await this.answered('an invoice could not be looked at', { reference }, async () => {
      const { status, text } = await this.call('GET', `/${reference}`)
      if (status === 404) return null
      if (status !== 200) throw new NotAnswered(`it answered ${status}`)
      return read(Type.Object({ id: Id }), text)
    })
    // Others are none of ours: a test that the operator sends from there, or what else the store sells.
    if (!Value.Check(StoredInvoice, found) || found.id !== reference || found.storeId !== this.rules.storeId)
      return null
    const { orderId: invoiceId } = found.metadata
    if (!this.isAsAsked(found)) {
      this.log.warn(
        { rail: this.name, invoiceId, reference },
        'an invoice is not what was asked for: nothing is granted for it',
      )
      return null
    }
    switch (found.status) {
      case 'Settled':
        return { what: 'paid', id: `paid/${reference}`, invoiceId, at, until: null, subscription: null }
      case 'Expired':
      case 'Invalid':
        return { what: 'expired', id: `expired/${reference}`, invoiceId, at }
      default:
        return null
    }
  }

  private isAsAsked({ amount, currency, metadata: { orderId, mayfly } }: Static<typeof StoredInvoice>): boolean {
    const isOurs = isSame(mayfly.mark, this.markOf(orderId, mayfly.amount, mayfly.currency))
    return isOurs && currency === mayfly.currency && Number(amount) === Number(mayfly.amount)
  }

  /** Shows that an invoice was made here, and for how much: without it, whoever makes a cheap one could name our order. */
  private markOf(invoiceId: string, amount: string, currency: string): string {
    return hmac(this.rules.ownSecret, JSON.stringify(['btcpay', invoiceId, amount, currency]))
  }

  private isSigned(body: Uint8Array, signature: string): boolean {
    return isSame(signature, `sha256=${hmac(this.rules.webhookSecret, body)}`)
  }

  private call(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const { url, storeId, apiKey, milliseconds } = this.rules
    const headers = { authorization: `token ${apiKey}`, accept: 'application/json' }
    return ask(
      `${url}/api/v1/stores/${storeId}/invoices${path}`,
      body
        ? { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
        : { method, headers },
      { milliseconds, bytes: mostAnswerBytes },
    )
  }

  /** Refuses: rail-unavailable, with the cause in the log. */
  private async answered<Answer>(failed: string, of: object, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work()
    } catch (error) {
      const cause = error instanceof NotAnswered ? error.message : unreadable
      this.log.warn({ rail: this.name, ...of, cause }, failed)
      throw new Refusal('rail-unavailable')
    }
  }
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** With whatever more stands in it. Throws NotAnswered. */
function read<Shape extends TSchema>(shape: Shape, text: string): Static<Shape> {
  const json = jsonIn(text)
  if (!Value.Check(shape, json)) throw new NotAnswered(unreadable)
  return json
}

const hmac = (secret: string | Uint8Array, text: string | Uint8Array): string =>
  createHmac('sha256', secret).update(text).digest('hex')

function isSame(given: string, own: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(own)]
  return one.byteLength === other.byteLength && timingSafeEqual(one, other)
}

/** As BTCPay reads it: without an exponent, which a number below a millionth gets. */
const decimal = (amount: number): string => (amount < 1e-6 ? amount.toFixed(8) : String(amount))
