// Attachments on their way out: each is read once however many ask for it at a time, and all of them together take a
// bounded amount of memory.
import type { Budget } from '../limits/budget.ts'
import type { Workers } from '../storage/job.ts'
import type { Written } from './attachment.ts'
import type { MimeBounds } from './bounded-parser.ts'
import type { readerJobs } from './jobs.ts'
import type { Structure } from './structure.ts'

/** `written`: as the mail has it; null for what came in no mail. */
type Content = { bytes: Uint8Array; written: Written | null }

/** Bytes that are held until `release`; calling it more than once does no harm. */
export type Held = Content & { release: () => void }

/** Attachments up to here are passed on at once: they need no room of their own. */
export const smallBytes = 256 * 1024

type Entry = { content: Promise<Content>; readers: number }

export class Downloads {
  private readonly entries = new Map<string, Entry>()

  constructor(
    private readonly workers: Workers<typeof readerJobs>,
    private readonly bounds: MimeBounds,
    private readonly budget: Budget,
  ) {}

  /** `index`: in the mail; null: it is all of the content. `size`: of the attachment. Refuses: attachment-unknown, message-unknown, took-too-long, too-busy. */
  async take(contentKey: number, index: number | null, size: number): Promise<Held> {
    const name = `${contentKey}/${index}`
    const entry = this.entries.get(name) ?? this.begin(name, contentKey, index, size)
    entry.readers++
    let held = true
    const release = (): void => {
      if (!held) return
      held = false
      if (--entry.readers > 0) return
      this.entries.delete(name)
      // What found no room has none to give back.
      entry.content.then(
        () => this.budget.release(roomFor(size)),
        () => {},
      )
    }
    try {
      return { ...(await entry.content), release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** How a mail is made up. Refuses: message-unknown, took-too-long, too-busy. */
  structure(contentKey: number): Promise<Structure> {
    return this.workers.run('messages.parts', { contentKey, bounds: this.bounds })
  }

  private begin(name: string, contentKey: number, index: number | null, size: number): Entry {
    const entry: Entry = { content: this.read(contentKey, index, size), readers: 0 }
    this.entries.set(name, entry)
    return entry
  }

  private async read(contentKey: number, index: number | null, size: number): Promise<Content> {
    const room = roomFor(size)
    if (room > 0) await this.budget.take(room)
    try {
      if (index !== null)
        return await this.workers.run('messages.attachment', { contentKey, index, bounds: this.bounds })
      const { bytes } = await this.workers.run('messages.bytes', { contentKey })
      return { bytes, written: null }
    } catch (error) {
      this.budget.release(room)
      throw error
    }
  }
}

const roomFor = (size: number): number => (size > smallBytes ? size : 0)
