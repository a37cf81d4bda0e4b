// Networks by CIDR, and the unit in which clients are counted: an IPv4 address or an IPv6 /64.
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The address as a library value, an IPv4-mapped IPv6 one as IPv4; null for anything else. */
function parse(text: string): Address | null {
  // A zone (`fe80::1%eth0`) says nothing about which network it is.
  const bare = text.split('%')[0] ?? ''
  // The library would take `1` for 0.0.0.1.
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : null
}

/** One spelling for each address; what is no address stays as it is. */
export const plainAddress = (text: string): string => parse(text)?.toString() ?? text

/** What limits count by: the IPv4 address, or the /64 of an IPv6 one. */
export function countedAddress(text: string): string {
  const address = parse(text)
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`
}

/** Whether a text is a CIDR or a single address. */
export const isNetwork = (text: string): boolean =>
  text.includes('/') ? ipaddr.isValidCIDR(text) : parse(text) !== null

/** A list of networks that answers whether an address lies in one. */
export class Networks {
  private readonly ranges: [Address, number][] = []

  /** Each entry is a CIDR (`10.0.0.0/8`) or a single address; the config has checked them. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry.includes('/')) this.ranges.push(ipaddr.parseCIDR(entry))
      else {
        const address = parse(entry)
        if (address) this.ranges.push([address, address.kind() === 'ipv4' ? 32 : 128])
      }
    }
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0
  }

  has(text: string): boolean {
    const address = parse(text)
    if (!address) return false
    return this.ranges.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits))
  }
}
