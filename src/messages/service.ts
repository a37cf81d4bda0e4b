// Taking in, listing, reading, marking and deleting messages. All policy about them is here.
import { byHandOf, type Caller, nobody, ofAccount } from '../accounts/caller.ts'
import type { CursorKind, Cursors } from '../cursor.ts'
import type { Blocks } from '../mailboxes/blocks.ts'
import { isEnded, type Mailbox, type Place } from '../mailboxes/mailbox.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import type { Workers } from '../storage/job.ts'
import type { AddedRow } from './added.ts'
import { Adopting } from './adopting.ts'
import { Arrival, type Envelope } from './arrival.ts'
import { Arriving } from './arriving.ts'
import type { Digesting } from './digesting.ts'
import type { Downloads, Held } from './downloads.ts'
import type { Gathered } from './gathered.ts'
import type { HtmlInput, readerJobs } from './jobs.ts'
import { type Attachment, beginningOf, type FullMessage, type Message } from './message.ts'
import { pieceBytes } from './pieces.ts'
import { earlier } from './rows.ts'
import { screen } from './screening.ts'
import type { SearchOwner } from './search-index.ts'
import type { ListQuery, MessageStore } from './store.ts'
import { StoredDigests } from './stored-digests.ts'
import type { Structure } from './structure.ts'
import type { Opening } from './tickets.ts'

export type ListWish = {
  /** 1 to 1,000. */
  limit: number
  cursor?: string | undefined
  /** Epoch milliseconds: only mail received at or after. */
  since?: number | undefined
  /** Words as a person types them; the last may be begun only. */
  q?: string | undefined
}

export type Page<Item> = { items: Item[]; next: string | null }

/** How html is to be shown: with others' pictures; light or dark (null: as the browser is); its links by way of this path. */
export type HtmlWish = Pick<HtmlInput, 'remote' | 'look' | 'leaving'>

/** A mail's bytes, piece by piece. */
export type RawMail = { size: number; pieces: Iterable<Uint8Array> }

const encoder = new TextEncoder()

/** Deleted messages from which on the index is tidied: so many, and so large a share of those that are there. */
const leastDeleted = 1000
const deletedShare = 0.2
const countEveryMs = 60_000

export class Messages {
  /** What was deleted when the index was last tidied, since this server started. */
  private tidied = 0
  private merging = false
  private sweptMany = false
  private nextCount = 0
  /** What of mails and attachments has come only in part. */
  readonly arriving: Arriving
  private readonly adopting: Adopting
  private readonly digests: StoredDigests

  constructor(
    private readonly store: MessageStore,
    private readonly mailboxes: Mailboxes,
    private readonly blocks: Blocks,
    private readonly digesting: Digesting,
    private readonly workers: Workers<typeof readerJobs>,
    private readonly gathered: Gathered,
    private readonly downloads: Downloads,
    private readonly cursors: Cursors,
    private readonly outside: Outside,
    /** Told of each mail that was stored, and for whose accounts (null: nobody's). */
    private readonly took: (size: number, accountIds: ReadonlySet<string | null>) => void,
    private readonly storeIsFull: () => boolean,
    /** Whether somebody waits for mail at this address. */
    private readonly isAwaited: (address: string) => boolean,
  ) {
    this.arriving = new Arriving(store.writes)
    this.adopting = new Adopting(store.writes)
    this.digests = new StoredDigests(store, digesting, workers)
  }

  /** Begins to take a mail in, whose recipients `Mailboxes.accepting` has named. */
  arrive(envelope: Envelope): Arrival {
    const { writes } = this.store
    return new Arrival(
      envelope,
      writes,
      this.arriving,
      this.gathered,
      this.outside,
      this.storeIsFull,
      (head) => screen(this.blocks, head),
      (stored, size) => {
        if (stored.messageIds.length === 0) return
        this.took(size, new Set(envelope.recipients.map(({ accountId }) => accountId)))
        const content = { contentKey: stored.contentKey, size, tries: 0 }
        if (envelope.recipients.some(({ mailboxAddress }) => this.isAwaited(mailboxAddress)))
          this.digesting.now(content)
        else this.digesting.enqueue(stored.contentKey, size)
      },
      () => this.digesting.lookAgain(),
    )
  }

  /** At start, and when a writer thread was replaced: drops what was arriving and is held by nobody any more. */
  forgetLost(): Promise<void> {
    return this.arriving.forgetLost()
  }

  /** At start: goes on, with the next sweep, indexing mail for accounts that have opened its mailboxes. */
  takeUp(): Promise<void> {
    return this.adopting.load()
  }

  /** An account has opened a mailbox in which mail lay: its search finds that from now on. */
  adopt(mailboxKey: number): Promise<void> {
    return this.adopting.adopt(mailboxKey)
  }

  /** A mailbox's messages, newest first. Refuses: as Mailboxes.see; invalid-cursor, took-too-long (a search). */
  async list(caller: Caller, mailbox: string, wish: ListWish): Promise<Page<Message>> {
    const place = await this.mailboxes.see(caller, mailbox)
    const scope = JSON.stringify([place.address, place.tagged, wish.since ?? 0, wish.q?.trim() ?? ''])
    const before = wish.cursor === undefined ? Number.MAX_SAFE_INTEGER : this.cursors.read('list', scope, wish.cursor)
    const { mailbox: asked } = place
    const now = this.outside.now()
    if (asked?.state !== 'active' || isEnded(asked, now)) return { items: [], next: null }
    const query = {
      mailboxKey: asked.key,
      address: place.tagged,
      before,
      since: wish.since ?? 0,
      now,
      limit: wish.limit + 1,
    }
    const found = wish.q?.trim()
      ? await this.find(wish.q, { mailboxKey: asked.key }, [], query)
      : await this.store.list({ ...query, mailbox: asked })
    return this.page(found, wish, 'list', scope)
  }

  /** `found`: one more than were wished for, where there are. */
  private page(found: readonly Message[], { limit }: ListWish, list: CursorKind, scope: string): Page<Message> {
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const more = found.length > limit && last
    return { items, next: more ? this.cursors.text(list, scope, last.key) : null }
  }

  /**
   * The newest messages in a mailbox that the caller was found to have (null: there is none yet), after as many as are
   * skipped; by a tagged address only those sent to it.
   */
  async newest(
    mailbox: Mailbox | null,
    limit: number,
    { tagged = null, since = 0, skip = 0 }: { tagged?: string | null; since?: number | undefined; skip?: number } = {},
  ): Promise<Message[]> {
    const now = this.outside.now()
    if (mailbox?.state !== 'active' || isEnded(mailbox, now)) return []
    const first = skip === 0 ? Number.MAX_SAFE_INTEGER - 1 : await this.store.keyAt(mailbox.key, skip)
    if (first === null) return []
    const before = first + 1
    return this.store.list({ mailboxKey: mailbox.key, mailbox, address: tagged, before, since, now, limit })
  }

  /**
   * The newest messages at a place that the caller was found to may read, each as its digest has it: one that is not done
   * is made now.
   */
  async at({ mailbox, tagged }: Place, { limit, since = 0 }: Pick<ListWish, 'limit' | 'since'>): Promise<Message[]> {
    const found = await this.newest(mailbox, limit, { tagged, since })
    return Promise.all(found.map((one) => this.digestedIfItCan(one)))
  }

  /**
   * All that was read out of a message of a list. What is damaged is as a mail that could not be read: a list is not
   * refused for one of its mails.
   */
  async whole(message: Message): Promise<FullMessage> {
    try {
      return await this.full(await this.digested(message))
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'storage-damaged')
        return unread({ ...message, digest: 'failed' })
      throw error
    }
  }

  /** Over all mail of the caller: of an account, or of the one mailbox whose token it is. Refuses: as `list`; credential-missing. */
  async search(caller: Caller, wish: ListWish): Promise<Page<Message>> {
    if (caller.kind === 'mailbox') return this.list(caller, caller.mailboxId, wish)
    const { account, key } = ofAccount(caller, 'mailboxes')
    const { id: accountId } = account
    const scope = JSON.stringify([accountId, wish.since ?? 0, wish.q?.trim() ?? ''])
    const before = wish.cursor === undefined ? Number.MAX_SAFE_INTEGER : this.cursors.read('search', scope, wish.cursor)
    const now = this.outside.now()
    const query = { address: null, before, since: wish.since ?? 0, now, limit: wish.limit + 1 }
    const found = await this.find(wish.q ?? '', { accountId }, key?.domains ?? [], query)
    return this.page(found, wish, 'search', scope)
  }

  /** Without what only its digest tells. Refuses: message-unknown, credential-missing. */
  async summary(caller: Caller, id: string): Promise<Message> {
    return this.readable(caller, id)
  }

  /**
   * As `summary`, telling who has no credential what needs one from what is not there. Refuses: credential-missing for what is
   * somebody's; message-unknown.
   */
  async look(caller: Caller, id: string): Promise<Message> {
    const message = await this.store.byId(id.toLowerCase(), this.outside.now())
    if (!message) throw new Refusal('message-unknown')
    return this.ifReadable(caller, message)
  }

  /** All that was read out of a message that the caller was found to may read; a digest that is not done is made now. */
  async read(message: Message): Promise<FullMessage> {
    return this.full(await this.digested(message))
  }

  /** With all that was read out of it; a digest that is not done is made now. Refuses: as `summary`. */
  async get(caller: Caller, id: string): Promise<FullMessage> {
    return this.full(await this.digested(await this.readable(caller, id)))
  }

  /** As `get`, of one in this mailbox. Refuses: as `summary`; message-unknown for one in another. */
  async inMailbox(caller: Caller, mailboxId: string, id: string): Promise<FullMessage> {
    const message = await this.readable(caller, id)
    if (message.mailboxId !== mailboxId) throw new Refusal('message-unknown')
    return this.full(await this.digested(message))
  }

  /** A message that a ticket opens. Refuses: message-unknown, also for a stranger's ticket once the mailbox is somebody's. */
  async opened({ messageId, publicly }: Opening): Promise<FullMessage> {
    const message = await this.store.byId(messageId, this.outside.now())
    if (!message) throw new Refusal('message-unknown')
    if (publicly && !(await this.mailboxes.mayReadById(nobody, message.mailboxId))) throw new Refusal('message-unknown')
    return this.full(await this.digested(message))
  }

  /** Refuses: as `summary`; forbidden in a mailbox that is nobody's. */
  async mark(caller: Caller, id: string, { seen }: { seen: boolean }): Promise<FullMessage> {
    const message = await this.changeable(caller, id)
    await this.store.writes.run('messages.mark', { id: message.id, seen, now: this.outside.now() })
    return this.get(caller, id)
  }

  /** Marks messages of a mailbox as seen: these, or (null) all that are there now. Answers how many were not. Refuses: as Mailboxes.own. */
  async markSeen(caller: Caller, mailboxId: string, ids: readonly string[] | null): Promise<number> {
    const { key: mailboxKey } = await this.mailboxes.own(caller, mailboxId)
    const now = this.outside.now()
    if (ids !== null) {
      const meant = [...new Set(ids.map((id) => id.toLowerCase()))]
      return this.store.writes.run('messages.mark-seen', { mailboxKey, ids: meant, now })
    }
    const upTo = await this.store.newest(mailboxKey)
    for (let sum = 0; ; ) {
      const marked = await this.store.writes.run('messages.mark-all-seen', { mailboxKey, upTo, now })
      sum += marked
      if (marked === 0) return sum
    }
  }

  /** How a mail's text begins: so many characters, its white space made single blanks. Null without one. */
  async beginning(message: FullMessage, characters: number): Promise<string | null> {
    const { text } = message
    if (text === null) return null
    const begun = typeof text === 'string' ? text : await this.digests.beginning(message, characters * 8)
    return beginningOf(begun, characters)
  }

  /** Refuses: as `mark`. */
  async delete(caller: Caller, id: string): Promise<void> {
    const message = await this.changeable(caller, id)
    const by = byHandOf(caller, this.outside)
    await this.store.writes.run('messages.delete', { id: message.id, now: this.outside.now(), by })
  }

  /** Deletes several messages of one mailbox, all of them or none. Refuses: as Mailboxes.own; message-unknown. */
  async deleteAll(caller: Caller, name: string, ids: readonly string[]): Promise<void> {
    const mailbox = await this.mailboxes.own(caller, name)
    const meant = [...new Set(ids.map((id) => id.toLowerCase()))]
    if (meant.length === 0) return
    const { key: mailboxKey, accountId } = mailbox
    await this.store.writes.run('messages.delete-all', { ids: meant, mailboxKey, accountId, now: this.outside.now() })
  }

  /** An attachment with its message, by its id alone. Refuses: attachment-unknown. */
  async withAttachment(caller: Caller, id: string): Promise<{ message: FullMessage; attachment: Attachment }> {
    const owner = await this.store.messageOf(id.toLowerCase())
    const found = owner === null ? null : await this.store.byId(owner, this.outside.now())
    const isReadable = found !== null && (await this.mailboxes.mayReadById(caller, found.mailboxId))
    if (!isReadable) throw new Refusal('attachment-unknown', found ? { foreign: true } : {})
    const message = await this.read(found)
    return { message, attachment: await this.attachmentOf(caller, message, id) }
  }

  /** One attachment of a message, by its id. Refuses: attachment-unknown. */
  async attachmentOf(caller: Caller, message: FullMessage, id: string): Promise<Attachment> {
    const asked = id.toLowerCase()
    const found = message.attachments.find((one) => one.id === asked)
    if (found) return found
    const other = await this.store.messageOf(asked)
    const owner = other === null ? null : await this.store.byId(other, this.outside.now())
    const isForeign = owner !== null && !(await this.mailboxes.mayReadById(caller, owner.mailboxId))
    throw new Refusal('attachment-unknown', isForeign ? { foreign: true } : {})
  }

  /**
   * Takes attachments of a message out of sight, for good; its source stays as it came. Ids that are none of its
   * attachments are let pass. Refuses: as `mark`.
   */
  async hideAttachments(caller: Caller, id: string, attachmentIds: readonly string[]): Promise<void> {
    const message = await this.changeable(caller, id)
    if (attachmentIds.length === 0) return
    const what = { id: message.id, attachmentIds: attachmentIds.map((one) => one.toLowerCase()) }
    await this.store.writes.run('messages.hide-attachments', { ...what, now: this.outside.now() })
  }

  /** Deletes what a mailbox (or, by a tagged address, that tag) holds now. Refuses: as Mailboxes.own. */
  async clear(caller: Caller, name: string): Promise<void> {
    const mailbox = await this.mailboxes.own(caller, name)
    const { tagged } = await this.mailboxes.see(caller, name)
    const upTo = await this.store.newest(mailbox.key)
    const by = byHandOf(caller, this.outside)
    if (by) {
      const { id: mailboxId, accountId, address } = mailbox
      await this.store.writes.run('messages.clearing', { accountId, mailboxId, address: tagged ?? address, by })
    }
    const what = { mailboxKey: mailbox.key, address: tagged, upTo, now: this.outside.now() }
    while (await this.store.writes.run('messages.clear', what));
  }

  /**
   * The bytes as they came; with `trace` after our `Return-Path` and `Received`. Refuses: as `summary`; storage-damaged;
   * for mails of several pieces also took-too-long, too-busy.
   */
  async raw(caller: Caller, id: string, { trace }: { trace: boolean }): Promise<RawMail> {
    const message = await this.readable(caller, id)
    const source = await this.store.source(message)
    if (!source) throw new Refusal('message-unknown')
    // One piece is looked at when it is read; of several the last may be the one that is not as it came.
    if (source.size > pieceBytes) await this.workers.run('messages.verify', { contentKey: source.contentKey })
    const before = trace ? encoder.encode(source.trace) : new Uint8Array()
    return { size: before.byteLength + source.size, pieces: this.bytes(before, source) }
  }

  /**
   * Html that runs nothing, in UTF-8; images in the mail point to `{base}attachments/N`, links to `{leaving}URL` (null: where
   * they lead). Refuses: took-too-long, too-busy.
   */
  async html(message: FullMessage, { base, ...wish }: HtmlWish & { base: string }): Promise<Uint8Array> {
    const inline = Object.fromEntries(
      message.attachments.flatMap(({ contentId, index }) =>
        contentId === null ? [] : [[contentId, `${base}attachments/${index}`]],
      ),
    )
    const { bytes } = await this.workers.run('messages.html', { contentKey: message.contentKey, ...wish, inline })
    return bytes
  }

  /** How a mail is made up. Refuses: as `summary`; storage-damaged, took-too-long, too-busy. */
  async parts(caller: Caller, id: string): Promise<Structure> {
    const { contentKey } = await this.readable(caller, id)
    return this.downloads.structure(contentKey)
  }

  /** An attachment's bytes, held in memory until they are released. Refuses: attachment-unknown, took-too-long, too-busy. */
  async attachment(message: FullMessage, index: number): Promise<Held> {
    const attachment = message.attachments.find((one) => one.index === index)
    if (!attachment) throw new Refusal('attachment-unknown')
    const { addedKey, size } = attachment
    return addedKey === null
      ? this.downloads.take(message.contentKey, index, size)
      : this.downloads.take(addedKey, null, size)
  }

  /** Digests all that waits in a mailbox, ahead of the queue. Answers when that is done or has failed. */
  async digestAll(mailboxKey: number): Promise<void> {
    const waiting = await this.store.undigestedIn(mailboxKey)
    await Promise.all(waiting.map((content) => this.digesting.now(content)))
  }

  /** Those whose digest ended after `seq`, in that order, for a wait. */
  async digestedAfter(place: Place, seq: number, limit: number): Promise<FullMessage[]> {
    if (!place.mailbox) return []
    const { key: mailboxKey } = place.mailbox
    const now = this.outside.now()
    const found = await this.store.digestedAfter({ mailboxKey, address: place.tagged, seq, now, limit })
    return Promise.all(found.map((message) => this.full(message)))
  }

  /** Whether this is a part of a message's text, in any case. Refuses: storage-damaged, took-too-long, too-busy. */
  says(message: FullMessage, part: string): Promise<boolean> {
    return this.digests.says(message, part)
  }

  /** Removes what has run out, for a few milliseconds of the writer. Answers whether there is more. */
  async sweep(): Promise<boolean> {
    await this.arriving.tidy()
    await this.adopting.tidy()
    const more = await this.store.writes.run('messages.sweep', { now: this.outside.now() })
    this.sweptMany ||= more
    return more
  }

  /** Takes what was deleted out of the search index, a step at a time, once it is a fair part of it. Answers whether there is more. */
  async tidy(): Promise<boolean> {
    const begin = !this.merging
    if (begin) {
      // Counting a million messages takes milliseconds: after many went, else now and then.
      if (!this.sweptMany && this.outside.elapsed() < this.nextCount) return false
      this.sweptMany = false
      this.nextCount = this.outside.elapsed() + countEveryMs
      const { newest, count } = await this.store.extent()
      // Keys are never used twice: what is missing below the newest was deleted.
      const deleted = newest - count
      if (deleted - this.tidied < Math.max(leastDeleted, count * deletedShare)) return false
      this.tidied = deleted
    }
    this.merging = await this.store.writes.run('search.merge', { begin })
    return this.merging
  }

  /** Makes the search index anew, a step at a time. Meanwhile a search finds what is indexed already. */
  async indexAnew(): Promise<void> {
    let after = await this.store.writes.run('search.anew', { after: null })
    while (after !== null) after = await this.store.writes.run('search.anew', { after })
  }

  private async find(
    typed: string,
    owner: SearchOwner,
    domains: readonly string[],
    { address, before, since, now, limit }: Omit<ListQuery, 'mailbox' | 'mailboxKey'>,
  ): Promise<Message[]> {
    const query = { typed, owner, domains, address, before, since, now, limit }
    return this.store.byKeys(await this.workers.run('messages.search', query), now)
  }

  private async readable(caller: Caller, id: string): Promise<Message> {
    const message = await this.store.byId(id.toLowerCase(), this.outside.now())
    if (message) return this.ifReadable(caller, message)
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    throw new Refusal('message-unknown', (await this.isOver(caller, id)) ? { over: true } : {})
  }

  /** Refuses: credential-missing; message-unknown for another's. */
  private async ifReadable(caller: Caller, message: Message): Promise<Message> {
    if (await this.mailboxes.mayReadById(caller, message.mailboxId)) return message
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    throw new Refusal('message-unknown', { foreign: true })
  }

  /** Whether a message's time is over while it is there still, in a mailbox that the caller may read. */
  private async isOver(caller: Caller, id: string): Promise<boolean> {
    const there = await this.store.byId(id.toLowerCase(), 0)
    return there !== null && (await this.mailboxes.mayReadById(caller, there.mailboxId))
  }

  private async changeable(caller: Caller, id: string): Promise<Message> {
    const message = await this.readable(caller, id)
    await this.mailboxes.own(caller, message.mailboxId)
    return message
  }

  private async digested(message: Message): Promise<Message> {
    if (message.digest !== 'pending') return message
    await this.digesting.now({ contentKey: message.contentKey, size: message.size, tries: message.tries })
    return (await this.store.byId(message.id, this.outside.now())) ?? message
  }

  /** A list is not refused for one of its mails. */
  private async digestedIfItCan(message: Message): Promise<Message> {
    try {
      return await this.digested(message)
    } catch (error) {
      if (error instanceof Refusal) return message
      throw error
    }
  }

  private async full(message: Message): Promise<FullMessage> {
    const digest = await this.digests.of(message)
    const detail = digest?.detail
    const hasOwn = (detail?.attachments?.length ?? message.ownAttachments) > 0
    const ids = hasOwn ? await this.store.attachmentsOf(message.key) : []
    const added = message.attachmentCount > 0 ? await this.store.addedTo(message.key, this.outside.now()) : []
    const shown = new Map(ids.filter(({ hidden }) => !hidden).map(({ index, id }) => [index, id]))
    if (ids.length < message.ownAttachments) throw damaged(`attachments of message ${message.key} are missing`)
    return {
      ...message,
      text: digest?.text ?? null,
      html: digest?.html ?? null,
      headers: detail?.headers ?? (message.digest === 'failed' ? await this.digests.headersOf(message) : []),
      cc: detail?.cc ?? [],
      replyTo: detail?.replyTo ?? [],
      date: detail?.date ?? null,
      messageId: detail?.messageId ?? null,
      listUnsubscribe: detail?.listUnsubscribe ?? [],
      attachments: [
        ...(detail?.attachments ?? []).flatMap((one) => {
          const id = shown.get(one.index)
          return id === undefined ? [] : [{ ...one, id, expiresAt: message.expiresAt, addedKey: null }]
        }),
        ...added.map((row) => addedAttachment(row, message)),
      ],
      codes: detail?.codes ?? [],
      links: detail?.links ?? [],
      notes: detail?.notes ?? [],
    }
  }

  private *bytes(
    before: Uint8Array,
    { contentKey, size }: { contentKey: number; size: number },
  ): Generator<Uint8Array> {
    if (before.byteLength > 0) yield before
    let left = size
    for (const piece of this.store.pieces(contentKey)) {
      left -= piece.byteLength
      yield piece
    }
    // Deleted or damaged while it was read: an answer that ends early must not look whole.
    if (left !== 0)
      throw new Refusal('storage-damaged', { what: `the bytes of content ${contentKey} are not all there` })
  }
}

const unread = (message: Message): FullMessage => ({
  ...message,
  text: null,
  html: null,
  headers: [],
  cc: [],
  replyTo: [],
  date: null,
  messageId: null,
  listUnsubscribe: [],
  attachments: [],
  codes: [],
  links: [],
  notes: [],
})

function addedAttachment({ id, index, name, type, size, contentKey, ...row }: AddedRow, message: Message): Attachment {
  const expiresAt = earlier(row.expiresAt, message.expiresAt)
  return { id, index, name, type, size, contentId: null, inline: false, expiresAt, addedKey: contentKey }
}
