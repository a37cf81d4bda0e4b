// Cursors: opaque to clients, and good only where they were given out.
import { timingSafeEqual } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** `list` and `search`: the last message's key. `wait`: the `seq` behind the last match. Else the last row's key. */
export type CursorKind =
  | 'list'
  | 'search'
  | 'wait'
  | 'refusals'
  | 'mailboxes'
  | 'keys'
  | 'accounts'
  | 'audit'
  | 'deliveries'
  | 'invoices'
  | 'domains'

const macCharacters = 16

/** A cursor is a place and the HMAC-SHA256 (cut to 96 bits) of what it is a place in; the secret outlives restarts. */
export class Cursors {
  constructor(private readonly secret: Uint8Array) {}

  /** `scope`: which list of that kind, such as a mailbox's address. */
  text(kind: CursorKind, scope: string, at: number): string {
    return `${at.toString(36)}.${this.mac(kind, scope, at)}`
  }

  /** Refuses: invalid-cursor, for one that was made up or is another list's. */
  read(kind: CursorKind, scope: string, text: string): number {
    const [digits = '', mac = ''] = text.length <= 32 ? text.split('.') : []
    const at = Number.parseInt(digits, 36)
    if (!Number.isSafeInteger(at) || at < 0 || mac.length !== macCharacters) throw new Refusal('invalid-cursor')
    const own = Buffer.from(this.text(kind, scope, at))
    const given = Buffer.from(text)
    if (own.length !== given.length || !timingSafeEqual(own, given)) throw new Refusal('invalid-cursor')
    return at
  }

  private mac(kind: CursorKind, scope: string, at: number): string {
    const hash = new Bun.CryptoHasher('sha256', this.secret)
    return hash
      .update(JSON.stringify([kind, scope, at]))
      .digest('base64url')
      .slice(0, macCharacters)
  }
}
