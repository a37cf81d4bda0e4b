// Mail that lay at an address before an account opened it: the account's search is to find it too.
import { Refusal } from '../refusal.ts'
import type { Writes } from '../storage/change.ts'
import type { changes } from './changes.ts'

export class Adopting {
  /** Mailboxes whose mail is not indexed for their account yet, and the key of the last message that is. */
  private readonly left = new Map<number, number>()

  constructor(private readonly writes: Writes<typeof changes>) {}

  /** Takes up what a crash left: it is done with the next `tidy`. */
  async load(): Promise<void> {
    for (const { mailboxKey, after } of await this.writes.run('search.adoptions', null)) {
      if (!this.left.has(mailboxKey)) this.left.set(mailboxKey, after)
    }
  }

  /** Indexes a mailbox's mail for its account, in steps that let others have the writer. What is refused here is tried again by `tidy`. */
  async adopt(mailboxKey: number): Promise<void> {
    this.left.set(mailboxKey, this.left.get(mailboxKey) ?? 0)
    try {
      for (let after = this.left.get(mailboxKey); after !== undefined; after = this.left.get(mailboxKey)) {
        const last = await this.writes.run('search.adopt', { mailboxKey, after })
        if (last === null) this.left.delete(mailboxKey)
        else this.left.set(mailboxKey, last)
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // It would be so each time: it is tried again at the next start, when the index may have been made anew.
      if (error.reason === 'storage-damaged') this.left.delete(mailboxKey)
    }
  }

  /** Goes on with what could not be done at once. */
  async tidy(): Promise<void> {
    for (const mailboxKey of [...this.left.keys()]) await this.adopt(mailboxKey)
  }
}
