// What happened, told after the commit, in the order of the commits. Waits, live streams and the like listen here.

export const eventTypes = [
  'message.stored',
  'message.digested',
  'message.changed',
  'message.deleted',
  'mailbox.opened',
  'mailbox.changed',
  'mailbox.archived',
  'mailbox.restored',
  'mailbox.expired',
  'mailbox.deleted',
  // Of an account as such.
  'account.changed',
  'account.suspended',
  'account.resumed',
  'account.lapsed',
  'account.deleted',
  'member.changed',
  'member.removed',
  'session.ended',
  'key.changed',
  'key.revoked',
  'webhook.paused',
  // Of a custom domain.
  'domain.changed',
  'domain.verified',
  'domain.failing',
  'domain.lapsed',
  'domain.removed',
] as const

export type EventType = (typeof eventTypes)[number]

/** A row of the `events` table. `seq` grows with every event and is never used twice. */
export type Event = {
  seq: number
  at: number
  type: EventType
  accountId: string | null
  /** "" where it is about no mailbox. */
  mailboxId: string
  /** The mailbox's own address, without a tag; a domain's name; "" where it is about neither. */
  address: string
  /** Whether the mailbox was nobody's at that moment, so that anyone may hear of it. */
  unclaimed: boolean
  messageId: string | null
  /** The key, member, session, webhook or domain that it is about. */
  subjectId: string | null
}

export type Listener = (event: Event) => void

/** Hands each event to everyone who listens to its address or its account, then to those who listen to all. */
export class Events {
  private readonly byAddress = new Map<string, Set<Listener>>()
  private readonly byAccount = new Map<string, Set<Listener>>()
  private readonly all = new Set<Listener>()

  constructor(private readonly failed: (error: unknown) => void) {}

  /** Listens to one mailbox's address; call the answer to stop. */
  onAddress(address: string, listener: Listener): () => void {
    return listen(this.byAddress, address, listener)
  }

  /** Listens to all that happens to an account's mailboxes and domains; call the answer to stop. */
  onAccount(accountId: string, listener: Listener): () => void {
    return listen(this.byAccount, accountId, listener)
  }

  onAny(listener: Listener): () => void {
    this.all.add(listener)
    return () => this.all.delete(listener)
  }

  /** Whether anyone listens to this address now. */
  hasListener(address: string): boolean {
    return this.byAddress.has(address)
  }

  tell(events: readonly Event[]): void {
    for (const event of events) {
      for (const listener of this.byAddress.get(event.address) ?? []) this.call(listener, event)
      if (event.accountId !== null && (event.mailboxId !== '' || isOfDomain(event))) {
        for (const listener of this.byAccount.get(event.accountId) ?? []) this.call(listener, event)
      }
      for (const listener of this.all) this.call(listener, event)
    }
  }

  private call(listener: Listener, event: Event): void {
    try {
      listener(event)
    } catch (error) {
      this.failed(error)
    }
  }
}

export const isOfDomain = ({ type }: Pick<Event, 'type'>): boolean => type.startsWith('domain.')

function listen(to: Map<string, Set<Listener>>, name: string, listener: Listener): () => void {
  const listeners = to.get(name) ?? new Set()
  to.set(name, listeners)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0 && to.get(name) === listeners) to.delete(name)
  }
}
