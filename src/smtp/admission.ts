// Who may connect: so many at once in all, and so many at once and a minute from one IPv4 address or IPv6 /64.
import { countedAddress, type Networks, plainAddress } from '../limits/networks.ts'
import { Refusal } from '../refusal.ts'

export type AdmissionBounds = {
  maxConnections: number
  maxConnectionsPerAddress: number
  connectionsPerMinutePerAddress: number
  /** Their clients are counted in all, but not by address. */
  trustedNetworks: Networks
}

/** A connection that was let in. */
export type Place = {
  /** The client's address in its one spelling. */
  client: string
  trusted: boolean
  /** Gives the place back; more than once does no harm. */
  leave: () => void
}

/** `since`: when the minute in which `recent` were counted began, in monotonic milliseconds. */
type Address = { open: number; recent: number; since: number }

const minute = 60_000

export class Admission {
  private open = 0
  private readonly addresses = new Map<string, Address>()

  constructor(
    private readonly bounds: AdmissionBounds,
    private readonly elapsed: () => number,
    private readonly counted: (change: 1 | -1) => void,
  ) {}

  /** Refuses: too-many-connections, rate-exceeded. */
  enter(remoteAddress: string): Place {
    const client = plainAddress(remoteAddress)
    const trusted = this.bounds.trustedNetworks.has(client)
    if (this.open >= this.bounds.maxConnections) throw new Refusal('too-many-connections')
    const address = trusted ? null : this.countedAt(countedAddress(client))
    this.open++
    this.counted(1)
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      this.open--
      if (address) address.open--
      this.counted(-1)
    }
    return { client, trusted, leave }
  }

  /** Forgets addresses whose minute is over and that have no connection. */
  sweep(): void {
    const now = this.elapsed()
    for (const [name, { open, since }] of this.addresses) {
      if (open === 0 && now - since >= minute) this.addresses.delete(name)
    }
  }

  private countedAt(name: string): Address {
    const now = this.elapsed()
    const address = this.addresses.get(name) ?? { open: 0, recent: 0, since: now }
    if (now - address.since >= minute) {
      address.since = now
      address.recent = 0
    }
    if (address.open >= this.bounds.maxConnectionsPerAddress) throw new Refusal('too-many-connections')
    if (address.recent >= this.bounds.connectionsPerMinutePerAddress) throw new Refusal('rate-exceeded')
    address.open++
    address.recent++
    this.addresses.set(name, address)
    return address
  }
}
