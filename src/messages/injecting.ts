// Mail that comes by an API instead of SMTP, for tests and the like: it goes the way of all mail.
import type { Caller } from '../accounts/caller.ts'
import type { Blocks } from '../mailboxes/blocks.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import { compose, injectionTrace, isOneLine, type Letter, readSender } from './compose.ts'
import type { FullMessage } from './message.ts'
import type { Messages } from './service.ts'

export type InjectionRules = {
  /** The largest mail. */
  maxBytes: number
  /** This server's name. */
  hostname: string
}

export class Injecting {
  constructor(
    private readonly messages: Messages,
    private readonly mailboxes: Mailboxes,
    private readonly blocks: Blocks,
    private readonly rules: InjectionRules,
    private readonly outside: Outside,
  ) {}

  /**
   * Puts a mail into a mailbox, kept for so many minutes but no longer than others in it. Refuses: as Mailboxes.own;
   * mailbox-unknown for one that is not open, invalid-request, too-large, blocked, mailbox-full, storage-full,
   * storage-failed, too-busy.
   */
  async mail(caller: Caller, name: string, letter: Letter, { minutes }: { minutes: number }): Promise<FullMessage> {
    const mailbox = await this.mailboxes.own(caller, name)
    if (mailbox.state !== 'active') throw new Refusal('mailbox-unknown')
    const sender = readSender(letter.sender)
    if (!sender) throw invalid('body.sender', 'must be one e-mail address')
    if (!isOneLine(letter.subject)) throw invalid('body.subject', 'must be one line')
    const { address } = mailbox
    if (this.blocks.refusesSender(sender.address) || this.blocks.refusesRecipient(address)) {
      throw new Refusal('blocked')
    }
    const at = this.outside.now()
    const bytes = await compose(sender, letter, { to: address, at })
    if (bytes.byteLength > this.rules.maxBytes) throw new Refusal('too-large')
    const recipient = await this.mailboxes.accepting(address, { trusted: true, size: bytes.byteLength })
    if (recipient.mailboxId !== mailbox.id) throw new Refusal('mailbox-unknown')
    const retentionMinutes = Math.min(minutes, recipient.retentionMinutes ?? minutes)
    const trace = injectionTrace(sender.address, { by: this.rules.hostname, to: address, at })
    const arrival = this.messages.arrive({
      from: sender.address,
      recipients: [{ ...recipient, retentionMinutes }],
      trace,
    })
    try {
      await arrival.write(bytes)
      const [id] = (await arrival.commit()).messageIds
      if (id === undefined) throw new Refusal('mailbox-unknown')
      return await this.messages.get(caller, id)
    } catch (error) {
      await arrival.abort()
      throw error
    }
  }
}
