// Where mail for an address goes, and whether there is room for it.
import type { Account } from '../accounts/account.ts'
import type { Served } from '../domains/domain.ts'
import type { Domains } from '../domains/service.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { Refusal } from '../refusal.ts'
import { type Address, parseAddress } from './address.ts'
import { isEnded, isFixed, type Mailbox, type Recipient } from './mailbox.ts'
import type { MailboxStore } from './store.ts'

export type MailboxRules = {
  /** Whether a mailbox may be opened without an account. */
  anonymousMailboxes: boolean
  reservedLocalParts: readonly string[]
  unclaimedRetentionMinutes: number | null
  unclaimedMessages: number | null
  unclaimedBytes: number | null
  quarantineHours: number
  /** Of mailboxes that end for want of use. */
  untilUnused: {
    days: number
    /** How many of them an address may open in a day without an account; null: any number. */
    openedPerDay: (client: string) => number | null
  }
  /** Where the operator's mail goes. */
  operatorAddress: string
}

/** An account by its id; null for one that is gone. */
export type AccountLookup = (id: string) => Promise<Account | null>

/** Local parts of shared domains whose mail is the operator's (RFC 2142 §4, RFC 5321 §4.5.1). */
export const operatorLocalParts = ['postmaster', 'abuse']

/** The address that a recipient stands for: `postmaster` without a domain is always valid (RFC 5321 §4.5.1). */
export const meant = (to: string, operatorAddress: string): string =>
  to.toLowerCase() === 'postmaster' ? operatorAddress : to

export class Recipients {
  constructor(
    private readonly store: MailboxStore,
    private readonly domains: Domains,
    private readonly plans: Plans,
    private readonly accountOf: AccountLookup,
    private readonly rules: MailboxRules,
    private readonly outside: Outside,
    private readonly storeIsFull: () => boolean,
  ) {}

  /**
   * Where mail to `to` would go. `trusted`: the client is in a trusted network; `size`: bytes it announced, or 0.
   * Refuses: address-invalid, relay-denied, mailbox-unknown, mailbox-full, account-suspended, storage-full.
   */
  async accepting(to: string, { trusted, size }: { trusted: boolean; size: number }): Promise<Recipient> {
    const address = parseAddress(meant(to, this.rules.operatorAddress))
    if (!address) throw new Refusal('address-invalid')
    const served = this.domains.serving(address.domain)
    if (!served && address.mailbox !== this.rules.operatorAddress) throw new Refusal('relay-denied')
    if (served && !trusted && !this.domains.servesStrangers(served)) throw new Refusal('relay-denied')
    if (this.storeIsFull()) throw new Refusal('storage-full')
    const own = this.mailboxOf(address, served)
    const recipient =
      (await this.home(own, address, served, size)) ??
      (await this.caught(address, served, size)) ??
      (await this.made(own, address, served, size))
    if (!recipient) throw new Refusal('mailbox-unknown')
    return recipient
  }

  /** The address of the mailbox that this address belongs to: its own without the tag, or the operator's. */
  mailboxOf(address: Address, served: Served | null): string {
    const isShared = served && served.rule.accountId === null && this.domains.servesStrangers(served)
    const forOperator = isShared && operatorLocalParts.includes(address.localPart)
    return forOperator ? this.rules.operatorAddress : address.mailbox
  }

  /** Where mail for the mailbox at `own` goes, if that is open; null where nothing keeps the address. */
  private async home(own: string, asked: Address, served: Served | null, size: number): Promise<Recipient | null> {
    const now = this.outside.now()
    const mailbox = await this.store.active(own)
    if (mailbox && takesMail(mailbox, served)) {
      if (isEnded(mailbox, now)) throw new Refusal('mailbox-unknown')
      const account = mailbox.accountId === null ? null : await this.accountOf(mailbox.accountId)
      if (account?.state === 'suspended') throw new Refusal('account-suspended')
      if (mailbox.accountId !== null && !account) throw new Refusal('mailbox-unknown')
      const plan = this.planOf(mailbox, account)
      await this.refuseFull(mailbox, plan, { size, mails: 1 }, now)
      return {
        address: asked.full,
        mailboxAddress: own,
        localPart: mailbox.localPart,
        domain: mailbox.domain,
        mailboxId: isFixed(mailbox) ? mailbox.id : null,
        accountId: mailbox.accountId,
        retentionMinutes: plan.retentionMinutes,
      }
    }
    const owner = served?.rule.accountId ?? null
    const isHeld = owner === null ? await this.store.held(own, now) : await this.store.heldBy(own, owner, now)
    if (isHeld) throw new Refusal('mailbox-unknown')
    return null
  }

  /** Where mail for a free address goes, if it may make a mailbox there. */
  private async made(own: string, asked: Address, served: Served | null, size: number): Promise<Recipient | null> {
    const { access, catchAll, accountId } = served?.rule ?? { access: 'claimed', catchAll: null, accountId: null }
    if (access === 'public') return catchAll === null ? this.unclaimed(own, asked) : null
    if (access !== 'private' || accountId === null) return null
    const account = await this.accountOf(accountId)
    if (!account) throw new Refusal('mailbox-unknown')
    if (account.state === 'suspended') throw new Refusal('account-suspended')
    const plan = this.plans.of(account.plan)
    const { mailboxBytes, mailboxMessages } = plan
    if (mailboxMessages === 0 || (mailboxBytes !== null && size > mailboxBytes)) throw new Refusal('mailbox-full')
    await this.refuseFullAccount(accountId, plan, size, this.outside.now())
    return { ...this.unclaimed(own, asked), accountId, retentionMinutes: plan.retentionMinutes }
  }

  /** Where a catch-all sends mail for an address without a mailbox. */
  private async caught(asked: Address, served: Served | null, size: number): Promise<Recipient | null> {
    const target = served?.rule.catchAll ? parseAddress(served.rule.catchAll) : null
    if (!target) return null
    const there = this.domains.serving(target.domain)
    const own = this.mailboxOf(target, there)
    const owner = served?.rule.accountId ?? null
    if (owner !== null) return this.caughtFor(owner, own, target, there, asked, size)
    const withoutCatchAll = there && { ...there, rule: { ...there.rule, catchAll: null } }
    const recipient =
      (await this.home(own, target, withoutCatchAll, size)) ?? (await this.made(own, target, withoutCatchAll, size))
    return recipient && { ...recipient, address: asked.full }
  }

  /** The account's own mailbox that catches all; one that is gone catches nothing, and refuses nothing. */
  private async caughtFor(
    accountId: string,
    own: string,
    target: Address,
    there: Served | null,
    asked: Address,
    size: number,
  ): Promise<Recipient | null> {
    try {
      const recipient = await this.home(own, target, there, size)
      return recipient?.accountId === accountId && recipient.mailboxId !== null
        ? { ...recipient, address: asked.full }
        : null
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'mailbox-unknown') return null
      throw error
    }
  }

  private unclaimed(own: string, asked: Address): Recipient {
    return {
      address: asked.full,
      mailboxAddress: own,
      localPart: asked.localPart,
      domain: asked.domain,
      mailboxId: null,
      accountId: null,
      retentionMinutes: this.rules.unclaimedRetentionMinutes,
    }
  }

  /** `account`: whose it is. */
  planOf(mailbox: Mailbox, account: Pick<Account, 'plan'> | null): Plan {
    if (mailbox.kind === 'anonymous') return this.plans.anonymous()
    if (mailbox.kind === 'owned') return account ? this.plans.of(account.plan) : this.plans.operator()
    return {
      ...this.plans.anonymous(),
      retentionMinutes: this.rules.unclaimedRetentionMinutes,
      mailboxBytes: this.rules.unclaimedBytes,
      mailboxMessages: this.rules.unclaimedMessages,
    }
  }

  /** With the counts of what has not run out. */
  async current(mailbox: Mailbox, now = this.outside.now()): Promise<Mailbox> {
    if (mailbox.state === 'archived') return { ...mailbox, messageCount: 0, bytes: 0 }
    const { count, bytes } = await this.store.overdue(mailbox.key, now)
    return count === 0
      ? mailbox
      : { ...mailbox, messageCount: mailbox.messageCount - count, bytes: mailbox.bytes - bytes }
  }

  /** So much more in an open mailbox that is no mail of its own. Refuses: mailbox-full, storage-full. */
  async room(mailbox: Mailbox, size: number): Promise<void> {
    if (this.storeIsFull()) throw new Refusal('storage-full')
    const account = mailbox.accountId === null ? null : await this.accountOf(mailbox.accountId)
    await this.refuseFull(mailbox, this.planOf(mailbox, account), { size, mails: 0 }, this.outside.now())
  }

  private async refuseFull(
    mailbox: Mailbox,
    plan: Plan,
    { size, mails }: { size: number; mails: 0 | 1 },
    now: number,
  ): Promise<void> {
    const { mailboxBytes, mailboxMessages } = plan
    const isFull = ({ messageCount, bytes }: Mailbox): boolean =>
      (mailboxMessages !== null && messageCount + mails > mailboxMessages) ||
      (mailboxBytes !== null && (bytes >= mailboxBytes || bytes + size > mailboxBytes))
    if (isFull(mailbox) && isFull(await this.current(mailbox, now))) throw new Refusal('mailbox-full')
    if (mailbox.accountId !== null) await this.refuseFullAccount(mailbox.accountId, plan, size, now)
  }

  private async refuseFullAccount(accountId: string, { accountBytes }: Plan, size: number, now: number): Promise<void> {
    if (accountBytes === null) return
    const fills = (bytes: number): boolean => bytes >= accountBytes || bytes + size > accountBytes
    const bytes = await this.store.bytesOf(accountId, now)
    if (fills(bytes) && fills(bytes - (await this.store.overdueBytesOf(accountId, now)))) {
      throw new Refusal('mailbox-full')
    }
  }
}

/**
 * Whether mail at a domain that is served so reaches an open mailbox. What mail alone made takes more only as long as it could
 * be made; at an account's domain nobody else's mailbox takes any.
 */
function takesMail({ kind, byMail, accountId }: Mailbox, served: Served | null): boolean {
  const { access, accountId: owner } = served?.rule ?? { access: 'claimed', accountId: null }
  if (kind === 'unclaimed') return access === 'public'
  if (owner !== null && accountId !== owner) return false
  return !byMail || (owner !== null && access === 'private')
}
