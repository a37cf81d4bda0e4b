// What was read out of mails, read again: short ones here, long ones by the reader thread.
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import { JobFailed, type Workers } from '../storage/job.ts'
import type { Digesting } from './digesting.ts'
import type { readerJobs } from './jobs.ts'
import { LaterText } from './long-text.ts'
import type { FullMessage, Message } from './message.ts'
import type { MessageStore, StoredDigest } from './store.ts'

/** Characters of short digests that are remembered, for those who ask for the same mails again and again. */
const mostRemembered = 4 * 1024 * 1024
const mostOfOne = 64 * 1024

type Remembered = { seq: number | null; digest: StoredDigest; characters: number }

export class StoredDigests {
  private readonly remembered = new Map<number, Remembered>()
  private characters = 0

  constructor(
    private readonly store: MessageStore,
    private readonly digesting: Digesting,
    private readonly workers: Workers<typeof readerJobs>,
  ) {}

  /** A digest that was lost to damage is made again from the mail's bytes. Refuses: storage-damaged, if they are too. */
  async of({ contentKey, digest }: Message): Promise<StoredDigest | null> {
    const stored = await this.stored(contentKey)
    if (stored || digest === 'pending') return stored
    await this.digesting.again(contentKey)
    const mended = await this.stored(contentKey)
    if (!mended) throw damaged(`the digest of content ${contentKey}`)
    return mended
  }

  /** As `of`, for a list: what was read lately is not read again. */
  async ofListed(message: Message): Promise<StoredDigest | null> {
    const { contentKey, digestedSeq } = message
    const known = this.remembered.get(contentKey)
    if (known && known.seq === digestedSeq) return known.digest
    const digest = await this.of(message)
    if (digest) this.remember(contentKey, digestedSeq, digest)
    return digest
  }

  /** None where even they take too long. */
  async headersOf({ contentKey }: Message): Promise<FullMessage['headers']> {
    try {
      return await this.workers.run('messages.headers', { contentKey })
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'storage-damaged') throw error
      if (error instanceof Refusal || error instanceof JobFailed) return []
      throw error
    }
  }

  /** Whether this is a part of a message's text, in any case. Refuses: storage-damaged, took-too-long, too-busy. */
  async says({ text, contentKey }: FullMessage, part: string): Promise<boolean> {
    if (text instanceof LaterText) return this.workers.run('messages.says', { contentKey, part })
    return (text ?? '').toLowerCase().includes(part.toLowerCase())
  }

  private remember(contentKey: number, seq: number | null, digest: StoredDigest): void {
    const { text, html, detail } = digest
    if (text instanceof LaterText || html instanceof LaterText) return
    const bodies = (text?.length ?? 0) + (html?.length ?? 0)
    const characters = bodies + (bodies <= mostOfOne ? JSON.stringify(detail).length : 0)
    if (characters > mostOfOne) return
    if (this.characters + characters > mostRemembered) {
      this.remembered.clear()
      this.characters = 0
    }
    this.characters += characters - (this.remembered.get(contentKey)?.characters ?? 0)
    this.remembered.set(contentKey, { seq, digest, characters })
  }

  private async stored(contentKey: number): Promise<StoredDigest | null> {
    const stored = await this.store.digestOf(contentKey)
    if (stored !== 'long') return stored
    const long = await this.workers.run('messages.detail', { contentKey }, { urgent: true })
    if (!long) return null
    const later = (body: 'text' | 'html') =>
      new LaterText(async () => (await this.workers.run('messages.body', { contentKey, body }, { urgent: true })).bytes)
    return {
      text: long.hasText ? later('text') : null,
      html: long.hasHtml ? later('html') : null,
      detail: JSON.parse(long.detail),
    }
  }
}
