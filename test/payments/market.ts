// A server that sells by both services, which stand-ins take the place of; and a buyer.
import { uuidOf } from '../../src/ulid.ts'
import { type Answer, type Serving, serve, type Call as Wish } from '../http/serve.ts'
import { type BtcpayStandIn, btcpayStandIn } from './btcpay-stand-in.ts'
import { type Call, deliver } from './stand-in.ts'
import { type StripeStandIn, stripeStandIn } from './stripe-stand-in.ts'

export const day = 86_400_000
export const hour = 3_600_000

/** What is the same of both services. */
export type Service = {
  rail: 'stripe' | 'lightning'
  /** What is said where it is not there. */
  unavailable: string
  /** What it calls the invoice, and where it sends who has paid. */
  find: (invoiceId: string) => { reference: string; returnUrl: string }
  /** What it then tells, in the order in which it happened. */
  pay: (reference: string) => unknown[]
  expire: (reference: string) => unknown[]
  signed: (told: unknown, secret?: string) => Call
  /** It does not answer any more, until `mend`. */
  breakDown: () => void
  mend: () => void
  secrets: string[]
}

export type Market = Serving & {
  stripe: StripeStandIn
  btcpay: BtcpayStandIn
  services: Record<Service['rail'], Service>
  /** The same, each on a line: "402 key_inactive". */
  said: (method: string, path: string, wish?: Wish) => Promise<string>
  order: (rail: Service['rail'], token?: string) => Promise<Ordered>
  /** As the service posts it; answers the statuses of all its tries. */
  tell: (rail: Service['rail'], call: Call) => Promise<number[]>
  /** Has the service tell all of it, each signed now. */
  tellAll: (rail: Service['rail'], told: readonly unknown[]) => Promise<void>
  /** Presses the button of the page that the buyer was sent back to. */
  press: (ordered: Ordered) => Promise<Answer>
  /** A key that was bought and works. */
  buy: (rail: Service['rail']) => Promise<{ key: string; ordered: Ordered }>
  /** What opens an inbox with a key. */
  inbox: (key: string) => Promise<string>
  /** Lets time pass, with what a server does at its end. */
  pass: (milliseconds: number) => Promise<void>
}

export type Ordered = { id: string; uuid: string; checkoutUrl: string; reference: string; returnUrl: string }

export async function market({ file }: { file?: string } = {}): Promise<Market> {
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const stripe = stripeStandIn(() => clock.now())
  const btcpay = btcpayStandIn(() => clock.now())
  const server = await serve(
    {
      MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: stripe.secretKey,
      MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      MAYFLY_PAYMENTS_STRIPE_API_URL: stripe.url,
      MAYFLY_PAYMENTS_BTCPAY_URL: btcpay.url,
      MAYFLY_PAYMENTS_BTCPAY_STORE_ID: btcpay.storeId,
      MAYFLY_PAYMENTS_BTCPAY_API_KEY: btcpay.apiKey,
      MAYFLY_PAYMENTS_BTCPAY_WEBHOOK_SECRET: btcpay.webhookSecret,
      MAYFLY_PLANS_DEV_STRIPE_PRICE: 'price_dev',
      MAYFLY_PLANS_DEV_BTCPAY_AMOUNT: '4.5',
      MAYFLY_PLANS_DEV_BTCPAY_CURRENCY: 'EUR',
    },
    file === undefined ? {} : { file },
  )
  clock.now = () => server.core.clock.now
  const { core, call } = server

  const broken = (): Response => new Response('<h1>Bad gateway</h1>', { status: 502 })
  const services: Market['services'] = {
    stripe: {
      rail: 'stripe',
      unavailable: '503 stripe_unavailable',
      find: (invoiceId) => {
        const session = [...stripe.sessions.values()].findLast(
          ({ metadata }) => metadata['mayfly_invoice'] === invoiceId,
        )
        return { reference: session?.id ?? '', returnUrl: String(session?.['success_url']) }
      },
      pay: (reference) => stripe.pay(reference),
      expire: (reference) => stripe.expire(reference),
      signed: (told, secret) => stripe.signed(told, secret === undefined ? {} : { secret }),
      breakDown: () => {
        stripe.trouble.by = broken
      },
      mend: () => {
        stripe.trouble.by = null
      },
      secrets: [stripe.secretKey, stripe.webhookSecret],
    },
    lightning: {
      rail: 'lightning',
      unavailable: '503 lightning_unavailable',
      find: (invoiceId) => {
        const invoice = [...btcpay.invoices.values()].findLast(({ metadata }) => metadata['orderId'] === invoiceId)
        return { reference: invoice?.id ?? '', returnUrl: String(invoice?.checkout['redirectURL']) }
      },
      pay: (reference) => btcpay.pay(reference),
      expire: (reference) => btcpay.expire(reference),
      signed: (told, secret) => btcpay.signed(told, secret),
      breakDown: () => {
        btcpay.trouble.by = broken
      },
      mend: () => {
        btcpay.trouble.by = null
      },
      secrets: [btcpay.apiKey, btcpay.webhookSecret],
    },
  }

  const said: Market['said'] = async (method, path, wish) => {
    const { status, json } = await call(method, path, wish)
    return `${status} ${json['error'] ?? json['status'] ?? ''}`.trim()
  }
  const order: Market['order'] = async (rail, token) => {
    const body = { plan: 'dev', rail }
    const { json, status } = await call('POST', '/keys', token === undefined ? { body } : { body, token })
    if (status !== 200) throw new Error(`no order: ${status}`)
    const id = String(json['invoice_id'])
    const uuid = uuidOf(id) ?? ''
    return { id, uuid, checkoutUrl: String(json['checkout_url']), ...services[rail].find(uuid) }
  }
  const tell: Market['tell'] = (rail, said) => deliver(`${server.url}/mayfly/v1/payments/${rail}`, said)
  const tellAll: Market['tellAll'] = async (rail, told) => {
    for (const one of told) {
      const statuses = await tell(rail, services[rail].signed(one))
      if (statuses.at(-1) !== 204) throw new Error(`not taken: ${statuses}`)
    }
  }
  const press: Market['press'] = ({ returnUrl }) => {
    const page = new URL(returnUrl)
    const id = page.pathname.split('/').at(-1)
    return call('POST', `/mayfly/v1/checkout/${id}/key`, { body: { secret: page.hash.slice(1) } })
  }
  return {
    ...server,
    stripe,
    btcpay,
    services,
    said,
    order,
    tell,
    tellAll,
    press,
    buy: async (rail) => {
      const ordered = await order(rail)
      await tellAll(rail, services[rail].pay(ordered.reference))
      return { key: String((await press(ordered)).json['key']), ordered }
    },
    inbox: (key) => said('GET', '/inbox/anybody@mayfly.test', { token: key }),
    pass: async (milliseconds) => {
      core.clock.now += milliseconds
      while (await core.payments.runOut());
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await stripe[Symbol.asyncDispose]()
      await btcpay[Symbol.asyncDispose]()
    },
  }
}

/** All orders of a few things. */
export const permutations = <Thing>(things: readonly Thing[]): Thing[][] =>
  things.length < 2
    ? [[...things]]
    : things.flatMap((thing, index) => permutations(things.toSpliced(index, 1)).map((rest) => [thing, ...rest]))
