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

type Range = [network: Address, bits: number]

/** A CIDR or a single address, IPv4-mapped ones as IPv4, since clients are compared as such; null for anything else. */
function parseRange(text: string): Range | null {
  const slash = text.indexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = parse(written)
  if (!address) return null
  const isIPv4 = address instanceof ipaddr.IPv4
  if (slash < 0) return [address, isIPv4 ? 32 : 128]
  const given = text.slice(slash + 1)
  const bits = Number(given) - (isIPv4 && written.includes(':') ? 96 : 0)
  return /^\d{1,3}$/.test(given) && bits >= 0 && bits <= (isIPv4 ? 32 : 128) ? [address, bits] : null
}

/** Whether a text is a CIDR or a single address. */
export const isNetwork = (text: string): boolean => parseRange(text) !== null

/** One spelling for each network (`192.0.2.0/24`) or single address; null for what is neither. */
export function plainNetwork(text: string): string | null {
  const [address, bits] = parseRange(text) ?? []
  if (!address || bits === undefined) return null
  if (!text.includes('/')) return address.toString()
  const range = `${address.toString()}/${bits}`
  const kind = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6
  return `${kind.networkAddressFromCIDR(range).toString()}/${bits}`
}

/** A list of networks that answers whether an address lies in one. */
export class Networks {
  private readonly ranges: Range[]

  /** Each entry is a CIDR (`10.0.0.0/8`) or a single address, and was checked by `isNetwork`. */
  constructor(entries: readonly string[]) {
    this.ranges = entries.flatMap((entry) => {
      const range = parseRange(entry)
      return range ? [range] : []
    })
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

/** RFC 4291 §2.4: what is routed in the world. */
const global = ipaddr.IPv6.parse('2000::')

/** Whether an address is anybody's to reach, and none in which another may hide (IPv4-mapped, NAT64, 6to4, Teredo). */
export function isForEverybody(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || address.match(global, 3)
}
