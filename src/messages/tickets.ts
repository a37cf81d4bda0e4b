// View tickets: a path that opens one message's html for a few minutes, since a frame can send no credential.
import { timingSafeEqual } from 'node:crypto'
import type { Outside } from '../outside.ts'

/** What a ticket opens. `publicly`: it was got without a credential, and ends when the mailbox becomes somebody's. */
export type Opening = { messageId: string; publicly: boolean }

const lifetime = 5 * 60_000
const form = /^([0-9a-f]{32})([op])([0-9a-z]{8,9})\.[\w-]{43}$/

/** Nothing is stored: a ticket is what it opens, its end, and an HMAC-SHA256 over both with a secret of this process. */
export class Tickets {
  private readonly secret: Uint8Array

  constructor(private readonly outside: Outside) {
    this.secret = outside.randomBytes(32)
  }

  issue({ messageId, publicly }: Opening): { ticket: string; expiresAt: number } {
    const expiresAt = this.outside.now() + lifetime
    const body = `${messageId.replaceAll('-', '')}${publicly ? 'p' : 'o'}${expiresAt.toString(36)}`
    return { ticket: `${body}.${this.mac(body)}`, expiresAt }
  }

  /** What it opens, or null for a ticket that is none, or is over. */
  opens(ticket: string): Opening | null {
    const [, hex = '', whose, end = ''] = form.exec(ticket) ?? []
    if (hex === '') return null
    const own = Buffer.from(this.mac(`${hex}${whose}${end}`))
    const given = Buffer.from(ticket.slice(-own.length))
    if (!timingSafeEqual(own, given) || Number.parseInt(end, 36) <= this.outside.now()) return null
    const messageId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    return { messageId, publicly: whose === 'p' }
  }

  private mac(body: string): string {
    return new Bun.CryptoHasher('sha256', this.secret).update(body).digest('base64url')
  }
}
