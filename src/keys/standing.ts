// Whether a credential is still good, for what lasts longer than a request: waits and live streams end with it.
import type { AccountCaller, Caller } from '../accounts/caller.ts'
import type { Event, Events } from '../events.ts'
import type { Reason } from '../refusal.ts'
import type { StillGood } from './service.ts'

/** `caller`: null for the token of one of the account's mailboxes. */
type Watch = {
  caller: AccountCaller | null
  gone: (reason: Reason) => void
  timer: ReturnType<typeof setTimeout> | null
}

/** How long a timer waits at most before it looks at the clock again: that may be set meanwhile. */
const longestTimerMs = 3_600_000

export class Standing {
  private readonly watches = new Map<string, Set<Watch>>()

  constructor(
    events: Events,
    private readonly recheck: (caller: AccountCaller) => Promise<StillGood>,
    private readonly now: () => number,
    private readonly defect: (error: unknown) => void,
  ) {
    events.onAny((event) => this.hear(event))
  }

  /**
   * Tells, once, when the caller's credential is good no more, or allows less; a mailbox's token is so while the account is
   * that the mailbox is of. Call the answer to stop.
   */
  watch(caller: Caller, gone: (reason: Reason) => void, accountOfMailbox: string | null = null): () => void {
    const own = caller.kind === 'account' ? caller : null
    const accountId = own?.account.id ?? (caller.kind === 'mailbox' ? accountOfMailbox : null)
    if (accountId === null) return () => {}
    const of = this.watches.get(accountId) ?? new Set()
    this.watches.set(accountId, of)
    const stop = (): void => {
      if (watch.timer) clearTimeout(watch.timer)
      of.delete(watch)
      if (of.size === 0 && this.watches.get(accountId) === of) this.watches.delete(accountId)
    }
    const watch: Watch = {
      caller: own,
      timer: null,
      gone: (reason) => {
        if (!of.has(watch)) return
        stop()
        gone(reason)
      },
    }
    of.add(watch)
    // It may have ended since the request was let in.
    if (own?.key) this.look(watch)
    return stop
  }

  /** Looks at all keys again: something that they all stand on has changed. */
  lookAgain(): void {
    for (const of of [...this.watches.values()]) for (const watch of [...of]) if (watch.caller?.key) this.look(watch)
  }

  private hear({ type, accountId, subjectId }: Event): void {
    if (accountId === null) return
    for (const watch of [...(this.watches.get(accountId) ?? [])]) {
      if (type === 'account.suspended') watch.gone('account-suspended')
      else if (type === 'account.lapsed') watch.gone('plan-lapsed')
      else if (type === 'account.deleted') watch.gone('credential-wrong')
      if (!watch.caller) continue
      const { key, member, sessionId } = watch.caller
      if (type === 'account.changed' && key) this.look(watch)
      else if (type === 'key.revoked' && key?.id === subjectId) watch.gone('key-inactive')
      else if (type === 'key.changed' && key?.id === subjectId) this.look(watch)
      else if (type === 'session.ended' && sessionId !== null && sessionId === subjectId) watch.gone('credential-wrong')
      else if (type === 'member.removed' && sessionId !== null && member?.id === subjectId)
        watch.gone('credential-wrong')
    }
  }

  private look(watch: Watch): void {
    if (!watch.caller) return
    this.recheck(watch.caller)
      .then(({ reason, goodUntil = null }) => {
        if (reason) watch.gone(reason)
        else this.lookAt(goodUntil, watch)
      })
      .catch(this.defect)
  }

  /** Looks again when its time is over, as far as is known now. */
  private lookAt(goodUntil: number | null, watch: Watch): void {
    if (watch.timer) clearTimeout(watch.timer)
    watch.timer = null
    const accountId = watch.caller?.account.id
    if (goodUntil === null || accountId === undefined || !this.watches.get(accountId)?.has(watch)) return
    // A timer may end a little early, and the clock stand where it stood.
    const wait = Math.min(Math.max(1, goodUntil - this.now()), longestTimerMs)
    watch.timer = setTimeout(() => this.look(watch), wait)
    watch.timer.unref()
  }
}
