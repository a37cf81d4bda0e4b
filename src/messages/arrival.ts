// A mail while SMTP is still taking it. What goes beyond a piece is stored as it comes; the message is written last.

import type { Budget } from '../limits/budget.ts'
import type { Recipient } from '../mailboxes/mailbox.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import type { Writes } from '../storage/change.ts'
import type { Arriving } from './arriving.ts'
import type { changes, Stored } from './changes.ts'
import { pieceBytes, topBytes } from './pieces.ts'

export type Envelope = {
  /** The reverse-path, "" for bounces. */
  from: string
  recipients: readonly Recipient[]
  /** Our `Return-Path` and `Received` for the mail with this id, lines ending in CRLF. */
  trace: (id: string) => string
}

export class Arrival {
  private chunks: Uint8Array[] = []
  private gathered = 0
  private size = 0
  private contentKey: number | null = null
  private storedPieces = 0
  /** The first bytes of a mail that is stored in several pieces. */
  private head: Uint8Array | null = null
  private readonly checksum = new Bun.CryptoHasher('sha256')

  constructor(
    private readonly envelope: Envelope,
    private readonly writes: Writes<typeof changes>,
    private readonly arriving: Arriving,
    /** The bytes gathered by all arrivals. */
    private readonly budget: Budget,
    private readonly outside: Outside,
    /** Whether the store has no room for more. */
    private readonly isFull: () => boolean,
    private readonly stored: (stored: Stored, size: number) => void,
  ) {}

  /** Takes the next bytes; they must not be changed afterwards. Answers when more may come. Refuses: too-busy, storage-full. */
  async write(chunk: Uint8Array): Promise<void> {
    if (!this.budget.tryTake(chunk.byteLength)) {
      // What this mail holds itself would never make room otherwise.
      await this.flush()
      await this.budget.take(chunk.byteLength)
    }
    this.chunks.push(chunk)
    this.gathered += chunk.byteLength
    this.size += chunk.byteLength
    this.checksum.update(chunk)
    if (this.gathered >= pieceBytes) await this.flush()
  }

  /** Stores the mail, and answers when it is on the disk. Refuses: storage-full, storage-failed. */
  async commit(): Promise<{ id: string; messageIds: string[] }> {
    if (this.isFull()) throw new Refusal('storage-full')
    const now = this.outside.now()
    const recipients = distinct(this.envelope.recipients).map((recipient) => ({
      ...recipient,
      messageId: this.outside.uuid(),
      newMailboxId: this.outside.uuid(),
    }))
    const id = recipients[0]?.messageId ?? this.outside.uuid()
    const bytes = join(this.chunks)
    const stored = await this.writes.run('messages.store', {
      contentKey: this.contentKey,
      pieces: this.storedPieces,
      bytes,
      size: this.size,
      checksum: this.checksum.digest('hex'),
      trace: this.envelope.trace(id),
      envelopeFrom: this.envelope.from,
      head: this.head,
      recipients,
      now,
    })
    this.arriving.arrived(stored.contentKey)
    this.contentKey = null
    this.letGo()
    this.stored(stored, this.size)
    return { id: stored.messageIds[0] ?? id, messageIds: stored.messageIds }
  }

  /** Forgets the mail, also after a commit that was refused. */
  async abort(): Promise<void> {
    this.letGo()
    const { contentKey } = this
    this.contentKey = null
    if (contentKey !== null) await this.arriving.drop(contentKey)
  }

  private async flush(): Promise<void> {
    if (this.gathered === 0) return
    if (this.isFull()) throw new Refusal('storage-full')
    const bytes = join(this.chunks)
    this.head ??= bytes.slice(0, topBytes)
    this.chunks = []
    const { gathered } = this
    this.gathered = 0
    try {
      this.contentKey = await this.writes.run('contents.piece', {
        contentKey: this.contentKey,
        index: this.storedPieces,
        bytes,
      })
      this.arriving.began(this.contentKey)
      this.storedPieces++
    } finally {
      this.budget.release(gathered)
    }
  }

  private letGo(): void {
    this.budget.release(this.gathered)
    this.gathered = 0
    this.chunks = []
    this.head = null
  }
}

/** One array with a buffer of its own: what crosses to the writer takes its whole buffer along, and a chunk's is shared. */
function join(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.byteLength
  }
  return joined
}

/** One message for each mailbox: the first address of it that was given stands for all. */
function distinct(recipients: readonly Recipient[]): Recipient[] {
  return [
    ...new Map(recipients.toReversed().map((recipient) => [recipient.mailboxAddress, recipient])).values(),
  ].toReversed()
}
