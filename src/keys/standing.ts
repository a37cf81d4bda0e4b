// Whether a credential is still good, for what lasts longer than a request: waits and live streams end with it.
import type { AccountCaller, Caller } from '../accounts/caller.ts'
import type { Event, Events } from '../events.ts'
import type { Reason } from '../refusal.ts'

/** `caller`: null for the token of one of the account's mailboxes. */
type Watch = { caller: AccountCaller | null; gone: (reason: Reason) => void }

/** The longest that a timer can be set for. */
const longestTimerMs = 2 ** 31 - 1

export class Standing {
  private readonly watches = new Map<string, Set<Watch>>()

  constructor(
    events: Events,
    /** Why the key of this caller is good no more, or null. */
    private readonly recheck: (caller: AccountCaller) => Promise<Reason | null>,
    private readonly now: () => number,
    private readonly defect: (error: unknown) => void,
  ) {
    events.onAny((event) => this.hear(event))
  }

  /**
   * Tells, once, when the caller's credential is good no more; a mailbox's token is so while the account is that the mailbox
   * is of. Call the answer to stop.
   */
  watch(caller: Caller, gone: (reason: Reason) => void, accountOfMailbox: string | null = null): () => void {
    const own = caller.kind === 'account' ? caller : null
    const accountId = own?.account.id ?? (caller.kind === 'mailbox' ? accountOfMailbox : null)
    if (accountId === null) return () => {}
    const of = this.watches.get(accountId) ?? new Set()
    this.watches.set(accountId, of)
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = (): void => {
      clearTimeout(timer)
      of.delete(watch)
      if (of.size === 0 && this.watches.get(accountId) === of) this.watches.delete(accountId)
    }
    const watch: Watch = {
      caller: own,
      gone: (reason) => {
        stop()
        gone(reason)
      },
    }
    of.add(watch)
    const { goodUntil } = own?.key ?? {}
    if (goodUntil !== undefined && goodUntil !== null) {
      const wait = Math.min(Math.max(0, goodUntil - this.now()), longestTimerMs)
      timer = setTimeout(() => this.look(watch), wait)
      timer.unref()
    }
    return stop
  }

  private hear({ type, accountId, subjectId }: Event): void {
    if (accountId === null || subjectId === undefined) return
    for (const watch of [...(this.watches.get(accountId) ?? [])]) {
      if (type === 'account.suspended') watch.gone('account-suspended')
      else if (type === 'account.deleted') watch.gone('credential-wrong')
      if (!watch.caller) continue
      const { key, member, sessionId } = watch.caller
      if (type === 'key.revoked' && key?.id === subjectId) watch.gone('key-inactive')
      else if (type === 'key.changed' && key?.id === subjectId) this.look(watch)
      else if (type === 'session.ended' && sessionId === subjectId) watch.gone('credential-wrong')
      else if (type === 'member.removed' && sessionId !== null && member?.id === subjectId)
        watch.gone('credential-wrong')
    }
  }

  private look({ caller, gone }: Watch): void {
    if (!caller) return
    this.recheck(caller)
      .then((reason) => {
        if (reason) gone(reason)
      })
      .catch(this.defect)
  }
}
