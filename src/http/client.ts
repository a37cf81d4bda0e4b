// Who the client is: the peer of the connection, or whom trusted proxies name.
import { isIP } from 'node:net'
import { type Networks, plainAddress } from '../limits/networks.ts'

/** What is looked at of it, from its end: what stands further left, a client may have made up. */
const longestHeader = 4096
const mostProxies = 20

/**
 * The first address from the right that is no trusted proxy. Whoever stands further left may have been made up by
 * the client. An entry that is no address ends the search: the proxy that sent it is as far as one can know.
 */
export function clientAddress(peer: string, forwardedFor: string | null, proxies: Networks): string {
  let client = plain(peer)
  if (forwardedFor === null) return client
  const entries = forwardedFor.slice(-longestHeader).split(',')
  for (let hop = 0; hop < mostProxies && proxies.has(client); hop++) {
    const address = addressIn(entries.pop())
    if (address === null) break
    client = address
  }
  return client
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`. */
function addressIn(entry: string | undefined): string | null {
  const text = entry?.trim() ?? ''
  const bare = text.startsWith('[')
    ? text.slice(1, Math.max(text.indexOf(']'), 1))
    : text.includes('.') && text.split(':').length === 2
      ? text.slice(0, text.indexOf(':'))
      : text
  return isIP(bare) === 0 ? null : plain(bare)
}

const plain = (address: string): string => (address.includes(':') ? plainAddress(address) : address)
