// A server as clients of Mail.cx see it.
import { at, type Serving, serve } from '../http/serve.ts'

export const password = 'open sesame'
export const day = 86_400_000

export type SignedIn = { id: string; address: string; token: string }

export type MailcxServer = Serving & {
  /** Makes a mailbox, with a key if there is one. */
  make: (address: string, key?: string) => Promise<SignedIn>
}

export async function mailcxServer(env: Record<string, string> = {}): Promise<MailcxServer> {
  const server = await serve(env)
  return {
    ...server,
    make: async (address, key) => {
      const wish = { body: { address, password }, ...(key === undefined ? {} : { token: key }) }
      const { status, body, json } = await server.call('POST', '/api/accounts', wish)
      if (status !== 201) throw new Error(`no mailbox: ${status} ${body}`)
      return signedIn(json)
    },
  }
}

export const signedIn = (json: unknown): SignedIn => ({
  id: String(at(json, 'id')),
  address: String(at(json, 'address')),
  token: String(at(json, 'token')),
})

/** `401 invalid_token` */
export const said = ({ status, json }: { status: number; json: unknown }): string =>
  `${status} ${String(at(json, 'error'))}`
