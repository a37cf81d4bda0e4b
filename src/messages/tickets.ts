// View tickets: a path that opens one message's html for a few minutes, since a frame can send no credential.
import { timingSafeEqual } from 'node:crypto'
import type { Outside } from '../outside.ts'

const lifetime = 5 * 60_000
/** SHA-256 as base64url. */
const macForm = /^[\w-]{43}$/

/** Nothing is stored: a ticket is the message's id, its end, and an HMAC-SHA256 over both with a secret of this process. */
export class Tickets {
  private readonly secret: Uint8Array

  constructor(private readonly outside: Outside) {
    this.secret = outside.randomBytes(32)
  }

  issue(messageId: string): { ticket: string; expiresAt: number } {
    const expiresAt = this.outside.now() + lifetime
    const body = `${messageId.replaceAll('-', '')}${expiresAt.toString(36)}`
    return { ticket: `${body}.${this.mac(body)}`, expiresAt }
  }

  /** The message's id, or null for a ticket that is none, or is over. */
  messageOf(ticket: string): string | null {
    const [body = '', mac = ''] = ticket.split('.')
    if (ticket.length > 200 || !macForm.test(mac)) return null
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.mac(body)))) return null
    if (Number.parseInt(body.slice(32), 36) <= this.outside.now()) return null
    const hex = body.slice(0, 32)
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  private mac(body: string): string {
    return new Bun.CryptoHasher('sha256', this.secret).update(body).digest('base64url')
  }
}
