// Mail that comes by an API instead of SMTP, for tests and the like: it goes the way of all mail. And what is attached to
// a mail later.
import type { Caller } from '../accounts/caller.ts'
import type { Blocks } from '../mailboxes/blocks.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import type { Writes } from '../storage/change.ts'
import type { NewAttachment } from './added.ts'
import type { changes } from './changes.ts'
import {
  compose,
  composedSize,
  injectionTrace,
  isOneLine,
  type Letter,
  type LetterFile,
  readSender,
} from './compose.ts'
import { safeName } from './file-name.ts'
import { typeIn } from './media-type.ts'
import type { Attachment, FullMessage } from './message.ts'
import { pieceBytes } from './pieces.ts'
import type { Messages } from './service.ts'

export type InjectionRules = {
  /** The largest mail. */
  maxBytes: number
  /** This server's name. */
  hostname: string
}

/** Attachments that may be added to one message, and milliseconds of a minute. */
const mostAdded = 100
const minute = 60_000

export class Injecting {
  constructor(
    private readonly writes: Writes<typeof changes>,
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
    const size = composedSize(letter)
    if (size > this.rules.maxBytes) throw new Refusal('too-large')
    const recipient = await this.mailboxes.accepting(address, { trusted: true, size })
    if (recipient.mailboxId !== mailbox.id) throw new Refusal('mailbox-unknown')
    const retentionMinutes = Math.min(minutes, recipient.retentionMinutes ?? minutes)
    const trace = injectionTrace(sender.address, { by: this.rules.hostname, to: address, at })
    const arrival = this.messages.arrive({
      from: sender.address,
      recipients: [{ ...recipient, retentionMinutes }],
      trace,
    })
    try {
      let written = 0
      for await (const bytes of compose(sender, letter, { to: address, at })) {
        written += bytes.byteLength
        if (written > this.rules.maxBytes) throw new Refusal('too-large')
        await arrival.write(bytes)
      }
      const [id] = (await arrival.commit()).messageIds
      if (id === undefined) throw new Refusal('mailbox-unknown')
      return await this.messages.get(caller, id)
    } catch (error) {
      await arrival.abort()
      throw error
    }
  }

  /**
   * Adds an attachment to a message, kept for so many minutes (null: as long as the message), but no longer than it. The
   * message's source stays as it came. Refuses: as Messages.get; forbidden in a mailbox that is nobody's, too-large,
   * mailbox-full, quota-exceeded, storage-full, storage-failed.
   */
  async attach(
    caller: Caller,
    messageId: string,
    { name, type, bytes }: LetterFile,
    { minutes }: { minutes: number | null },
  ): Promise<Attachment> {
    const message = await this.messages.get(caller, messageId)
    const mailbox = await this.mailboxes.own(caller, message.mailboxId)
    if (bytes.byteLength > this.rules.maxBytes) throw new Refusal('too-large')
    await this.mailboxes.room(mailbox, bytes.byteLength)
    const end = minutes === null ? null : this.outside.now() + minutes * minute
    const attachment = {
      messageId: message.id,
      id: this.outside.uuid(),
      name: safeName(name) || 'attachment',
      type: typeIn(type),
      expiresAt: end !== null && message.expiresAt !== null && end >= message.expiresAt ? null : end,
    }
    await this.store(attachment, bytes)
    const { attachments } = await this.messages.get(caller, message.id)
    const added = attachments.find(({ id }) => id === attachment.id)
    // It may have gone with its message meanwhile.
    if (!added) throw new Refusal('message-unknown')
    return added
  }

  /** All but the last piece goes before, as a large mail's does. */
  private async store(
    attachment: Pick<NewAttachment, 'messageId' | 'id' | 'name' | 'type' | 'expiresAt'>,
    bytes: Uint8Array,
  ): Promise<void> {
    const { arriving } = this.messages
    const size = bytes.byteLength
    const checksum = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
    const pieces = Math.max(0, Math.ceil(size / pieceBytes) - 1)
    // A copy of its own: what is handed to the writer thread may be gone here.
    const piece = (index: number) => [bytes.slice(index * pieceBytes, (index + 1) * pieceBytes)]
    let contentKey: number | null = null
    try {
      for (let index = 0; index < pieces; index++) {
        contentKey = await this.writes.run('contents.piece', { contentKey, index, parts: piece(index) })
        arriving.began(contentKey)
      }
      const last = { contentKey, pieces, parts: piece(pieces), size, checksum }
      await this.writes.run('messages.attach', { ...attachment, ...last, most: mostAdded, now: this.outside.now() })
      if (contentKey !== null) arriving.arrived(contentKey)
    } catch (error) {
      if (contentKey !== null) await arriving.drop(contentKey)
      throw error
    }
  }
}
