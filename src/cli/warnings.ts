// What works but is not safe: said at every start.
import { isLoopback, parseListen } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'

/** Sentences for the operator. */
export function warnings({ http }: Pick<Config, 'http'>): string[] {
  const open = http.listen.filter((text) => !isLoopback(parseListen(text)?.host ?? ''))
  if (open.length === 0 || http.tls || http.trusted_proxies.length > 0) return []
  return [
    `HTTP listens on ${open.join(', ')} without TLS: tokens and passwords can be read on the way. Put a proxy with TLS before it and name that in http.trusted_proxies, or set http.tls`,
  ]
}
