// How much of something one client holds at once, counted by IPv4 address or IPv6 /64. Loopback has no limit of its own.
import { countedAddress, Networks } from '../limits/networks.ts'
import { Refusal } from '../refusal.ts'

export const loopback = ['127.0.0.0/8', '::1']

export class Slots {
  private readonly held = new Map<string, number>()

  /** `spared`: networks without a limit. */
  constructor(
    private readonly most: number,
    private readonly spared = new Networks(loopback),
  ) {}

  /** Takes one; call the answer once to give it back. Refuses: rate-exceeded. */
  take(client: string): () => void {
    if (this.spared.has(client)) return () => {}
    const counted = countedAddress(client)
    const now = this.held.get(counted) ?? 0
    if (now >= this.most) throw new Refusal('rate-exceeded', { retryAfterSeconds: 1 })
    this.held.set(counted, now + 1)
    let open = true
    return () => {
      if (!open) return
      open = false
      const left = (this.held.get(counted) ?? 1) - 1
      if (left > 0) this.held.set(counted, left)
      else this.held.delete(counted)
    }
  }
}
