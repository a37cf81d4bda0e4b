// A mail while SMTP is still taking it. What goes beyond a piece is stored as it comes; the message is written last.

import type { Recipient } from '../mailboxes/mailbox.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import type { Writes } from '../storage/change.ts'
import type { Arriving } from './arriving.ts'
import type { changes, Stored } from './changes.ts'
import type { Gathered } from './gathered.ts'
import { Gathering } from './gathering.ts'
import { pieceBytes, topBytes } from './pieces.ts'

export type Envelope = {
  /** The reverse-path, "" for bounces. */
  from: string
  recipients: readonly Recipient[]
  /** Our `Return-Path` and `Received` for the mail with this id, lines ending in CRLF. */
  trace: (id: string) => string
}

// A content has 4,096 pieces at most: where memory is short the first may be small, the later ones not.
const mostSmallPieces = 2048
const leastPiece = 16 * 1024
const leastLaterPiece = pieceBytes / 2

/** Its verbs are called one after the other. */
export class Arrival {
  private readonly gathering: Gathering
  private size = 0
  private contentKey: number | null = null
  private storedPieces = 0
  /** The first bytes of a mail that is stored in several pieces. */
  private head = new Uint8Array()
  private readonly checksum = new Bun.CryptoHasher('sha256')
  private isBusy = false
  /** A piece is being stored because others need its memory; rejected if that went wrong. */
  private relief: Promise<void> | null = null

  constructor(
    private readonly envelope: Envelope,
    private readonly writes: Writes<typeof changes>,
    private readonly arriving: Arriving,
    /** The memory of all arrivals. */
    private readonly gathered: Gathered,
    private readonly outside: Outside,
    /** Whether the store has no room for more. */
    private readonly isFull: () => boolean,
    /** Looks at the first bytes of a mail before it is stored. Refuses: blocked. */
    private readonly screen: (head: () => Uint8Array) => void,
    private readonly stored: (stored: Stored, size: number) => void,
    /** It was refused, and may have been stored all the same: a writer that died or a disk that failed does not tell. */
    private readonly doubted: () => void,
  ) {
    this.gathering = new Gathering(gathered.blocks)
  }

  /** Takes the next bytes; they must not be changed afterwards. Answers when more may come. Refuses: too-busy, storage-full. */
  async write(chunk: Uint8Array): Promise<void> {
    this.isBusy = true
    try {
      if (this.relief) await this.relief
      for (let at = 0; at < chunk.byteLength; ) {
        const some = chunk.subarray(at, at + pieceBytes - this.gathering.size)
        if (!this.gathered.tryTake(this.gathering.costOf(some.byteLength))) await this.waitFor(some.byteLength)
        this.gathering.add(some)
        this.checksum.update(some)
        this.size += some.byteLength
        at += some.byteLength
        if (this.gathering.size >= pieceBytes) await this.flush()
      }
      if (this.isWorthAPiece) this.gathered.join(this)
    } finally {
      this.isBusy = false
    }
  }

  /** Stores the mail, and answers when it is on the disk. Refuses: storage-full, storage-failed, blocked. */
  async commit(): Promise<{ id: string; messageIds: string[] }> {
    this.isBusy = true
    if (this.relief) await this.relief
    if (this.isFull()) throw new Refusal('storage-full')
    const parts = this.gathering.parts()
    this.screen(() => this.headWith(parts))
    const now = this.outside.now()
    const recipients = distinct(this.envelope.recipients).map((recipient) => ({
      ...recipient,
      messageId: this.outside.uuid(),
      newMailboxId: this.outside.uuid(),
    }))
    const id = recipients[0]?.messageId ?? this.outside.uuid()
    const stored = await this.store({
      contentKey: this.contentKey,
      pieces: this.storedPieces,
      parts,
      size: this.size,
      checksum: this.checksum.digest('hex'),
      trace: this.envelope.trace(id),
      envelopeFrom: this.envelope.from,
      head: this.storedPieces > 0 ? this.headWith(parts) : null,
      recipients,
      now,
    })
    this.arriving.arrived(stored.contentKey)
    this.contentKey = null
    this.letGo()
    this.stored(stored, this.size)
    return { id: stored.messageIds[0] ?? id, messageIds: stored.messageIds }
  }

  private async store(mail: Parameters<(typeof changes)['messages.store']>[1]): Promise<Stored> {
    try {
      return await this.writes.run('messages.store', mail)
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'storage-failed') this.doubted()
      throw error
    }
  }

  /** Forgets the mail, also after a commit that was refused. */
  async abort(): Promise<void> {
    this.isBusy = true
    if (this.relief) await this.relief.catch(() => {})
    this.letGo()
    const { contentKey } = this
    this.contentKey = null
    if (contentKey !== null) await this.arriving.drop(contentKey)
  }

  /** Memory that it could give back now. */
  get spare(): number {
    return this.isBusy || this.relief || !this.isWorthAPiece ? 0 : this.gathering.held
  }

  /** Stores what it has, since others need the memory. */
  yield(): void {
    const relief = this.flush()
    this.relief = relief
    relief.then(
      () => {
        this.relief = null
      },
      // Whoever writes or commits next is told.
      () => {},
    )
  }

  private get isWorthAPiece(): boolean {
    return this.gathering.size >= (this.storedPieces < mostSmallPieces ? leastPiece : leastLaterPiece)
  }

  private async waitFor(bytes: number): Promise<void> {
    // What this mail holds itself would never make room otherwise.
    if (this.isWorthAPiece) await this.flush()
    await this.gathered.take(this.gathering.costOf(bytes))
  }

  private async flush(): Promise<void> {
    if (this.isFull()) throw new Refusal('storage-full')
    const parts = this.gathering.parts()
    this.head = this.headWith(parts)
    try {
      this.contentKey = await this.writes.run('contents.piece', {
        contentKey: this.contentKey,
        index: this.storedPieces,
        parts,
      })
      this.arriving.began(this.contentKey)
      this.storedPieces++
    } finally {
      this.clear()
    }
  }

  private headWith(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    if (this.head.byteLength >= topBytes) return this.head
    const all = parts.reduce((sum, { byteLength }) => sum + byteLength, this.head.byteLength)
    return new Uint8Array(Buffer.concat([this.head, ...parts], Math.min(all, topBytes)))
  }

  private clear(): void {
    const { held } = this.gathering
    this.gathering.clear()
    this.gathered.release(held)
  }

  private letGo(): void {
    this.clear()
    this.gathered.leave(this)
    this.head = new Uint8Array()
  }
}

/** One message for each mailbox: the first address of it that was given stands for all. */
function distinct(recipients: readonly Recipient[]): Recipient[] {
  return [
    ...new Map(recipients.toReversed().map((recipient) => [recipient.mailboxAddress, recipient])).values(),
  ].toReversed()
}
