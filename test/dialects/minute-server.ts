// A server with an account and its key, and MinuteMail's calls on it. The clock stands at the first minute of 2026.
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { type Answer, at, type Call, listIn, type Serving, serve } from '../http/serve.ts'

export type Box = { id: string; address: string }

export type MinuteServer = Serving & {
  owner: Tenant
  /** With the account's key. */
  ask: (method: string, path: string, wish?: Call) => Promise<Answer>
  /** A mailbox, made by the API. */
  made: (body?: object) => Promise<Box>
  /** The status and the code of a call's answer. */
  said: (method: string, path: string, wish?: Call) => Promise<string>
  /** The ids in a list. */
  ids: (path: string) => Promise<unknown[]>
}

export async function minuteServer(plan = 'unlimited', env: Record<string, string> = {}): Promise<MinuteServer> {
  const server = await serve(env)
  const owner = await tenant(server.core, { plan, key: { prefix: 'mmak_' } })
  const ask = (method: string, path: string, wish: Call = {}): Promise<Answer> =>
    server.call(method, path, { token: owner.secret, ...wish })
  return {
    ...server,
    owner,
    ask,
    made: async (body = {}) => {
      const { status, json, body: text } = await ask('POST', '/v1/mailboxes', { body })
      if (status !== 201) throw new Error(`no mailbox: ${status} ${text}`)
      return { id: String(json['id']), address: String(json['address']) }
    },
    said: async (method, path, wish) => {
      const { status, json } = await ask(method, path, wish)
      return `${status} ${json['error'] ?? ''}`.trim()
    },
    ids: async (path) => listIn((await ask('GET', path)).json, 'items').map((one) => at(one, 'id')),
  }
}
