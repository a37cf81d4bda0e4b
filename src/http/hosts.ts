// Which Host headers are answered: a page of another site that has its own name point here (DNS rebinding) gets nothing.
import { isIPv4, isIPv6 } from 'node:net'

const localSuffixes = ['.localhost', '.local', '.lan', '.internal', '.home.arpa', '.test']

export class Hosts {
  private readonly named: ReadonlySet<string>

  /** `hosts`: names beside those that cannot be another site's; `publicUrl`: the server's own address, if it has one. */
  constructor(hosts: readonly string[], publicUrl: string | undefined) {
    const own = publicUrl === undefined ? [] : [new URL(publicUrl).hostname]
    this.named = new Set([...hosts, ...own].map((host) => bare(host)))
  }

  /** Whether a request with this Host is answered to somebody without a credential. No browser leaves it out. */
  answers(header: string | null): boolean {
    if (!header) return true
    const host = hostIn(header)
    if (host === null) return false
    if (!host.includes('.') || isIPv4(host)) return true
    return this.named.has(host) || localSuffixes.some((suffix) => host.endsWith(suffix))
  }
}

/** The host in lower case without its port; null if it is none. */
function hostIn(header: string): string | null {
  if (header.startsWith('[')) {
    const end = header.indexOf(']')
    // Any name without a dot is answered.
    return isIPv6(header.slice(1, end)) && isPort(header.slice(end + 1)) ? 'ipv6' : null
  }
  const colon = header.indexOf(':')
  const host = bare(colon < 0 ? header : header.slice(0, colon))
  return isName(host) && (colon < 0 || isPort(header.slice(colon))) ? host : null
}

const bare = (host: string): string => (host.endsWith('.') ? host.slice(0, -1) : host).toLowerCase()
const isName = (host: string): boolean => /^[a-z0-9_.-]{1,253}$/.test(host)
const isPort = (text: string): boolean => text === '' || /^:\d{0,5}$/.test(text)
