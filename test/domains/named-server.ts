// A server that asks a name server of the test's own, and is named as its MX records are to say.
import { type Serving, serve } from '../http/serve.ts'
import { type NameServer, nameServer } from './name-server.ts'

export const here = 'mx.mayfly-host.test'

export type NamedServer = { server: Serving; dns: NameServer; [Symbol.asyncDispose]: () => Promise<void> }

export async function namedServer(env: Record<string, string> = {}): Promise<NamedServer> {
  const dns = await nameServer()
  const server = await serve({
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_TIMEOUT_SECONDS: '1',
    MAYFLY_SMTP_HOSTNAME: here,
    ...env,
  })
  return {
    server,
    dns,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await dns[Symbol.asyncDispose]()
    },
  }
}
