// What was read out of mails, read again: short ones here, long ones by the reader thread.
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import { JobFailed, type Workers } from '../storage/job.ts'
import type { Digesting } from './digesting.ts'
import type { readerJobs } from './jobs.ts'
import { LaterText } from './long-text.ts'
import type { FullMessage, Message } from './message.ts'
import type { MessageStore, StoredDigest } from './store.ts'

export class StoredDigests {
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

  /** How a long text begins. Refuses: storage-damaged, took-too-long, too-busy. */
  beginning({ contentKey }: FullMessage, characters: number): Promise<string> {
    return this.workers.run('messages.beginning', { contentKey, characters })
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
