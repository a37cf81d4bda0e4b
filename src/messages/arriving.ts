// Which contents are still arriving, so that the pieces of mails that will not come are found and dropped.
import { Refusal } from '../refusal.ts'
import type { Writes } from '../storage/change.ts'
import type { changes } from './changes.ts'

export class Arriving {
  private readonly held = new Set<number>()
  /** Those that could not be dropped at once, for want of room or of a thread. */
  private readonly left = new Set<number>()

  constructor(private readonly writes: Writes<typeof changes>) {}

  /** A mail has its first piece stored. */
  began(contentKey: number): void {
    this.held.add(contentKey)
  }

  /** It is whole. */
  arrived(contentKey: number): void {
    this.held.delete(contentKey)
  }

  /** It will not come. What is refused here is tried again by `tidy`. */
  async drop(contentKey: number): Promise<void> {
    this.held.delete(contentKey)
    this.left.add(contentKey)
    try {
      await this.writes.run('contents.drop', { contentKey })
      this.left.delete(contentKey)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  /** Drops what could not be dropped when its mail broke off. */
  async tidy(): Promise<void> {
    for (const contentKey of this.left) await this.drop(contentKey)
  }

  /** Before anything else arrives: drops all that no mail on its way holds, which may be of a thread or a process that died. */
  async forgetLost(): Promise<void> {
    await this.writes.run('contents.drop-arriving', { but: [...this.held] })
  }
}
