// Where webhooks may go: what a URL must look like, and which addresses are reached.
import ipaddr from 'ipaddr.js'
import { isForEverybody, Networks } from '../limits/networks.ts'
import { invalid } from '../refusal.ts'

const longestUrl = 2000
/** Where no HTTP is spoken, and a POST could be taken for something else; mail servers above all (Fetch standard, §2.9). */
const foreignPorts = new Set(
  [
    [
      0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
      110,
    ],
    [111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532],
    [540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 2525, 3659, 4045, 4190, 5060],
    [5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080, 11_211],
  ].flat(),
)

export class Targets {
  private readonly allowed: Networks

  constructor(private readonly rules: { allowNetworks: readonly string[]; allowHttp: boolean }) {
    this.allowed = new Networks(rules.allowNetworks)
  }

  /** A URL in its one spelling. Refuses: invalid-request. */
  read(text: string): string {
    const url = URL.canParse(text) ? new URL(text) : null
    if (!url || text.length > longestUrl || url.href.length > longestUrl) throw invalid('body.url', 'must be a URL')
    const { protocol } = url
    if (protocol !== 'https:' && !(protocol === 'http:' && this.rules.allowHttp)) {
      throw invalid(
        'body.url',
        this.rules.allowHttp ? 'must begin with https:// or http://' : 'must begin with https://',
      )
    }
    if (url.username !== '' || url.password !== '') throw invalid('body.url', 'must have no user name or password')
    if (!isHttpPort(url)) throw invalid('body.url', 'must have a port that HTTP is spoken at')
    url.hash = ''
    const literal = literalOf(url)
    if (literal !== null && !this.mayReach(literal)) throw invalid('body.url', forbidden)
    return url.href
  }

  /** Whether a URL that was fine when it was given still is. */
  isAllowed(url: URL): boolean {
    const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && this.rules.allowHttp)
    return isAllowed && isHttpPort(url)
  }

  /** Whether this IP address may be connected to: one that is anybody's to reach, or one that the operator allows. */
  mayReach(address: string): boolean {
    return isForEverybody(address) || this.allowed.has(address)
  }
}

export const forbidden = 'must not lead to an address that is private, local or otherwise not for everybody'

/** The IP address that stands in a URL; null where it has a name. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(bare) ? bare : null
}

const isHttpPort = ({ port }: URL): boolean => port === '' || !foreignPorts.has(Number(port))
