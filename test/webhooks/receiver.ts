// A receiver of webhooks: a real HTTP server on loopback that notes what comes, and checks its signature.
import type { Outside } from '../../src/outside.ts'
import type { WebhookEvent } from '../../src/webhooks/forms.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver, mail, type TestCore, testConfig, testCore } from '../core.ts'
import { at } from '../http/serve.ts'

export type Got = {
  path: string
  body: string
  json: unknown
  headers: Headers
  /** Of the body: `id`, `seq`, `type`, and the message's subject. */
  id: string
  seq: number
  type: string
  subject: string
}

export type Receiver = {
  url: string
  port: number
  got: Got[]
  /** How it answers; 200 at first. */
  answer: { by: (got: Got) => Response | Promise<Response> }
  /** Waits until so many came. */
  until: (count: number) => Promise<void>
  close: () => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

export function receiver(port = 0, tls?: { key: string; cert: string }): Receiver {
  const got: Got[] = []
  const answer: Receiver['answer'] = { by: () => new Response('thank you') }
  let heard = (): void => {}
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    ...(tls ? { tls } : {}),
    fetch: async (request) => {
      const body = await request.text()
      const json = JSON.parse(body)
      const one: Got = {
        path: new URL(request.url).pathname,
        body,
        json,
        headers: request.headers,
        id: String(at(json, 'id')),
        seq: Number(at(json, 'seq')),
        type: String(at(json, 'type')),
        subject: String(at(json, 'data', 'message', 'subject') ?? at(json, 'data', 'subject')),
      }
      got.push(one)
      heard()
      return answer.by(one)
    },
  })
  const close = async (): Promise<void> => server.stop(true)
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}/hook`,
    port: server.port ?? 0,
    got,
    answer,
    until: async (count) => {
      while (got.length < count) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Whether a delivery is signed with this secret, as a receiver would look. */
export function isSigned({ headers, body }: Got, secret: string): boolean {
  const timestamp = headers.get('x-webhook-timestamp')
  const own = new Bun.CryptoHasher('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return (headers.get('x-webhook-signature') ?? '').split(', ').includes(`sha256=${own}`)
}

export type Stage = {
  core: TestCore
  owner: Tenant
  /** A mailbox of the owner's. */
  address: string
  /** Mails a subject to an address of it. */
  mail: (subject: string, body?: string, to?: string) => Promise<string>
  /** Makes a webhook of the owner's. */
  hook: (url: string, wish?: { events?: WebhookEvent[] }) => Promise<{ id: string; secret: string }>
  /** Waits until nothing is on its way and all is noted. */
  settled: () => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

const justStored: readonly WebhookEvent[] = ['message.stored']

export const onLoopback = { MAYFLY_WEBHOOKS_ALLOW_NETWORKS: '127.0.0.0/8', MAYFLY_WEBHOOKS_ALLOW_HTTP: 'true' }

export async function stage({
  env = onLoopback,
  file,
  resolve,
}: {
  env?: Record<string, string>
  file?: string
  resolve?: Outside['resolve']
} = {}): Promise<Stage> {
  const core = testCore({
    config: testConfig(env),
    ...(file === undefined ? {} : { file }),
    ...(resolve === undefined ? {} : { outside: { resolve } }),
  })
  await core.delivering.start()
  const owner = await tenant(core)
  const { mailbox } = await core.mailboxes.open(owner.caller, { localPart: 'box', ttlMinutes: 525_600 }, '192.0.2.1')
  return {
    core,
    owner,
    address: mailbox.address,
    mail: async (subject, body = 'Hello.\r\n', to = mailbox.address) => {
      const [id = ''] = await deliver(core, to, mail({ From: 'Ann <ann@sender.test>', To: to, Subject: subject }, body))
      return id
    },
    hook: async (url, wish = {}) => {
      const events = wish.events ?? justStored
      const { webhook, secret } = await core.webhooks.create(owner.caller, { url, events })
      return { id: webhook.id, secret }
    },
    settled: () => core.delivering.settled(),
    [Symbol.asyncDispose]: async () => {
      await core.delivering.stop()
      core.close()
    },
  }
}
