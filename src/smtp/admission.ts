// Who may connect: so many at once in all, and so many at once and a minute from one IPv4 address or IPv6 /64.
import { countedAddress, type Networks, plainAddress } from '../limits/networks.ts'
import { Refusal } from '../refusal.ts'

export type AdmissionBounds = {
  maxConnections: number
  maxConnectionsPerAddress: number
  connectionsPerMinutePerAddress: number
  /** Their clients are counted in all, but not by address, and some places are kept for them. */
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

/** `times`: when its connections of the last minute were let in, in monotonic milliseconds. */
type Counted = { open: number; times: number[] }

const minute = 60_000
/** Of ten places, one is not for strangers. */
const keptShare = 0.1
/** Addresses that are remembered one by one; beyond, those that come share what one address may have with others. */
const mostAddresses = 50_000
const mostShared = 1024

export class Admission {
  private open = 0
  private strangers = 0
  private readonly mostStrangers: number
  /** Those who were let in last stand last. */
  private readonly addresses = new Map<string, Counted>()
  private readonly shared = new Map<number, Counted>()
  /** So that nobody can choose with whom he shares. */
  private readonly seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

  constructor(
    private readonly bounds: AdmissionBounds,
    private readonly elapsed: () => number,
    private readonly changed: (change: 1 | -1) => void,
    private readonly most = mostAddresses,
  ) {
    const { maxConnections, trustedNetworks } = bounds
    this.mostStrangers = maxConnections - (trustedNetworks.isEmpty ? 0 : Math.floor(maxConnections * keptShare))
  }

  /** How many addresses are remembered. */
  get remembered(): number {
    return this.addresses.size + this.shared.size
  }

  /** Refuses: too-many-connections, rate-exceeded. */
  enter(remoteAddress: string): Place {
    const client = plainAddress(remoteAddress)
    const trusted = this.bounds.trustedNetworks.has(client)
    const isFull = this.open >= this.bounds.maxConnections || (!trusted && this.strangers >= this.mostStrangers)
    if (isFull) throw new Refusal('too-many-connections')
    const counted = trusted ? null : this.count(countedAddress(client))
    this.open++
    if (counted) this.strangers++
    this.changed(1)
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      this.open--
      if (counted) {
        counted.open--
        this.strangers--
      }
      this.changed(-1)
    }
    return { client, trusted, leave }
  }

  /** Forgets addresses that had no connection for a minute. */
  sweep(): void {
    const now = this.elapsed()
    for (const [name, counted] of this.addresses) {
      if (isRecent(counted, now)) break
      if (counted.open === 0) this.addresses.delete(name)
    }
    for (const [name, counted] of this.shared) {
      if (counted.open === 0 && !isRecent(counted, now)) this.shared.delete(name)
    }
  }

  private count(name: string): Counted {
    const now = this.elapsed()
    const bucket = Number(Bun.hash.xxHash32(name, this.seed)) % mostShared
    // One that shares goes on sharing until that is forgotten: else its minute would begin anew.
    const isShared = !this.addresses.has(name) && (this.shared.has(bucket) || this.addresses.size >= this.most)
    const counted = (isShared ? this.shared.get(bucket) : this.addresses.get(name)) ?? { open: 0, times: [] }
    const { times } = counted
    while (times[0] !== undefined && now - times[0] >= minute) times.shift()
    if (counted.open >= this.bounds.maxConnectionsPerAddress) throw new Refusal('too-many-connections')
    if (times.length >= this.bounds.connectionsPerMinutePerAddress) throw new Refusal('rate-exceeded')
    counted.open++
    times.push(now)
    if (isShared) this.shared.set(bucket, counted)
    else {
      this.addresses.delete(name)
      this.addresses.set(name, counted)
    }
    return counted
  }
}

const isRecent = ({ times }: Counted, now: number): boolean => now - (times.at(-1) ?? Number.NEGATIVE_INFINITY) < minute
