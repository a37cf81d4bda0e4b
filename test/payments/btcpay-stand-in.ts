// A stand-in for a BTCPay server below a path, as its Greenfield API is documented: a store's invoices and signed calls.
import { type Answering, type Asked, answering, type Call, hmac } from './stand-in.ts'

type Json = Record<string, unknown>

export type Invoice = {
  id: string
  storeId: string
  amount: string
  currency: string
  status: string
  additionalStatus: string
  checkoutLink: string
  metadata: Json
  checkout: Json
}

export type BtcpayStandIn = Answering & {
  storeId: string
  apiKey: string
  webhookSecret: string
  invoices: Map<string, Invoice>
  /** Somebody pays. Answers what is told of it, in the order in which it happened. */
  pay: (invoiceId: string) => Json[]
  /** After its end: nothing is settled until the operator says so. */
  payLate: (invoiceId: string) => Json[]
  mark: (invoiceId: string, status: 'Settled' | 'Invalid') => Json[]
  expire: (invoiceId: string) => Json[]
  /** What anybody may do where the store has a pay button. */
  pressPayButton: (wish: { orderId: string; price: string; currency: string }) => Invoice
  /** The same call once more, as its operator may have it sent. */
  again: (call: Json) => Json
  signed: (call: unknown, secret?: string) => Call
}

export function btcpayStandIn(now: () => number): BtcpayStandIn {
  const storeId = 'HqP3sToRe9'
  const apiKey = 'b7f0aApiKey42c'
  const webhookSecret = 'btcpay-hook-secret-7'
  const invoices = new Map<string, Invoice>()
  let made = 0

  const server = answering((asked) => {
    if (asked.headers.get('authorization') !== `token ${apiKey}`) {
      return Response.json({ code: 'unauthenticated', message: 'Authentication is required' }, { status: 401 })
    }
    const [, store, invoiceId] = /^\/btcpay\/api\/v1\/stores\/([^/]+)\/invoices(?:\/([^/]+))?$/.exec(asked.path) ?? []
    if (store !== storeId) {
      return Response.json({ code: 'missing-permission', message: 'Insufficient API Permissions' }, { status: 403 })
    }
    if (asked.method === 'POST' && invoiceId === undefined) return create(asked)
    const found = invoices.get(invoiceId ?? '')
    return asked.method === 'GET' && found
      ? Response.json(found)
      : Response.json({ code: 'invoice-not-found', message: 'The invoice was not found' }, { status: 404 })
  })

  function create({ body }: Asked): Response {
    const { amount, currency, metadata, checkout }: Json = JSON.parse(body)
    if (typeof amount !== 'string' || !/^\d+(\.\d+)?$/.test(amount) || currency !== 'EUR') {
      return Response.json([{ path: 'amount', message: `What is ${body}?` }], { status: 422 })
    }
    return Response.json(add({ amount, currency, metadata: objectIn(metadata), checkout: objectIn(checkout) }))
  }

  function add({
    amount,
    currency,
    metadata,
    checkout,
  }: Pick<Invoice, 'amount' | 'currency' | 'metadata' | 'checkout'>) {
    const id = `In${String(++made).padStart(6, '0')}xYz`
    const invoice: Invoice = {
      id,
      storeId,
      // With the decimals of the currency, however it was given.
      amount: Number(amount).toFixed(2),
      currency,
      status: 'New',
      additionalStatus: 'None',
      checkoutLink: `${server.url}/btcpay/i/${id}`,
      metadata,
      checkout,
    }
    invoices.set(id, invoice)
    return invoice
  }

  const call = (type: string, invoice: Invoice, more: Json = {}): Json => {
    const deliveryId = `delivery-${++made}`
    return {
      ...more,
      deliveryId,
      webhookId: 'hook-1',
      originalDeliveryId: deliveryId,
      isRedelivery: false,
      type,
      timestamp: Math.floor(now() / 1000),
      storeId: invoice.storeId,
      invoiceId: invoice.id,
      metadata: invoice.metadata,
    }
  }
  const become = (invoiceId: string, status: string, additionalStatus = 'None'): Invoice => {
    const invoice = invoices.get(invoiceId)
    if (!invoice) throw new Error(`no invoice ${invoiceId}`)
    Object.assign(invoice, { status, additionalStatus })
    return invoice
  }

  return {
    ...server,
    url: `${server.url}/btcpay`,
    storeId,
    apiKey,
    webhookSecret,
    invoices,
    pay: (invoiceId) => {
      const invoice = become(invoiceId, 'Settled')
      const payment = { afterExpiration: false, paymentMethodId: 'BTC-LN' }
      return [
        call('InvoiceReceivedPayment', invoice, payment),
        call('InvoiceProcessing', invoice, { overPaid: false }),
        call('InvoicePaymentSettled', invoice, payment),
        call('InvoiceSettled', invoice, { manuallyMarked: false, overPaid: false }),
      ]
    },
    payLate: (invoiceId) => {
      const invoice = become(invoiceId, 'Expired', 'PaidLate')
      const payment = { afterExpiration: true, paymentMethodId: 'BTC-CHAIN' }
      return [call('InvoiceReceivedPayment', invoice, payment), call('InvoicePaymentSettled', invoice, payment)]
    },
    mark: (invoiceId, status) => [
      call(`Invoice${status}`, become(invoiceId, status, 'Marked'), { manuallyMarked: true }),
    ],
    expire: (invoiceId) => [call('InvoiceExpired', become(invoiceId, 'Expired'), { partiallyPaid: false })],
    pressPayButton: ({ orderId, price, currency }) =>
      add({ amount: price, currency, metadata: { orderId }, checkout: {} }),
    again: (before) => ({ ...before, deliveryId: `delivery-${++made}`, isRedelivery: true }),
    signed: (told, secret = webhookSecret) => {
      const body = typeof told === 'string' ? told : JSON.stringify(told)
      return { body, headers: { 'btcpay-sig': `sha256=${hmac(secret, body)}` } }
    },
  }
}

const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
