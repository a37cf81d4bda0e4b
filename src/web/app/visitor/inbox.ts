// What is known of one address's mail, kept up with what the server tells.
import { computed, signal } from '@preact/signals'
import { type Call, call, pathOf } from '../api.ts'
import type { LiveEvent } from '../live.ts'
import { inOneLine } from '../mail/plain.ts'
import type { Message, Summary } from '../shapes.ts'
import { Listing } from './listing.ts'
import { turn } from './turns.ts'

export type FoundCode = { id: string; code: string; from: string }

/** In a flood of mail nobody reads the codes of those further down. */
const newest = 10

export class Inbox {
  readonly all: Listing
  /** What was searched for, and what was found; null: all is shown. */
  readonly search = signal<{ words: string; found: Listing } | null>(null)
  readonly isOver = signal(false)
  /** The likeliest code of each mail that was looked into. */
  readonly codes = signal<ReadonlyMap<string, FoundCode>>(new Map())
  readonly unread = computed(() => this.all.mails.value.reduce((sum, { seen }) => sum + (seen ? 0 : 1), 0))
  /** Of the newest mail that has one. */
  readonly code = computed(() => {
    for (const { id } of this.all.mails.value) {
      const found = this.codes.value.get(id)
      if (found && found.code !== '') return found
    }
    return null
  })
  /** Nothing of it may be changed. */
  readonly isReadOnly: boolean
  private readonly caller: Call
  private readonly path: string
  private asked: string[] = []
  private isAsking = false

  /** `token`: null for a public address, which nobody's credential is needed for, and for a member's own. */
  constructor(
    readonly address: string,
    readonly token: string | null,
    isMembers = false,
  ) {
    this.isReadOnly = token === null && !isMembers
    this.caller = isMembers ? {} : token === null ? { asNobody: true } : { token }
    this.path = `/mailboxes${pathOf(address)}`
    this.all = new Listing(`${this.path}/messages`, this.caller)
  }

  get shown(): Listing {
    return this.search.value?.found ?? this.all
  }

  load(): Promise<void> {
    return this.all.load()
  }

  /** Of mail that had come before anybody looked. */
  async lookForCodes(): Promise<void> {
    for (const { id, digest } of this.all.mails.value.slice(0, newest))
      if (digest === 'ready') await this.lookForCode(id)
  }

  /** Shows what has these words; without any, all. */
  find(words: string): void {
    if (words === '') this.search.value = null
    else {
      const found = new Listing(`${this.path}/messages`, this.caller, words)
      this.search.value = { words, found }
      void found.load()
    }
  }

  /** Answers the mail that has just come, if it is one. */
  take({ type, message, messageId }: LiveEvent): Summary | null {
    if (type === 'mailbox.expired' || type === 'mailbox.deleted' || type === 'mailbox.archived')
      this.isOver.value = true
    if (type === 'message.deleted' && messageId !== null) this.remove(messageId)
    if (!message) return null
    if (type === 'message.stored') {
      const isNew = !this.all.mails.value.some(({ id }) => id === message.id)
      this.all.add(message)
      return isNew ? message : null
    }
    if (type === 'message.changed' || type === 'message.digested') this.replace(message)
    if (type === 'message.digested' && message.digest === 'ready') void this.lookForCode(message.id)
    return null
  }

  /** Deletes a mail. Throws ApiError. */
  async delete(id: string): Promise<void> {
    await call('DELETE', `/messages${pathOf(id)}`, this.caller)
    this.remove(id)
  }

  /** Whether a mail has been read is known before the server tells it. */
  mark(id: string, seen: boolean): void {
    const mail = this.all.mails.value.find((one) => one.id === id)
    if (mail && mail.seen !== seen) this.replace({ ...mail, seen })
  }

  private replace(mail: Summary): void {
    this.all.replace(mail)
    this.search.value?.found.replace(mail)
  }

  remove(id: string): void {
    this.all.remove(id)
    this.search.value?.found.remove(id)
  }

  /** One after the other, the newest first. */
  private async lookForCode(id: string): Promise<void> {
    const isNew = this.all.mails.value.slice(0, newest).some((mail) => mail.id === id)
    if (!isNew || this.codes.value.has(id)) return
    this.asked = [...this.asked, id].slice(-newest)
    if (this.isAsking) return
    this.isAsking = true
    while (this.asked.length > 0) {
      await turn()
      const wanted = this.asked.pop()
      if (wanted === undefined) break
      // Where it fails the mail itself still has it.
      const mail = await call<Message>('GET', `/messages${pathOf(wanted)}`, this.caller).catch(() => null)
      if (!mail) continue
      const found = { id: wanted, code: mail.codes[0] ?? '', from: inOneLine(mail.fromName) || mail.from }
      this.codes.value = new Map(this.codes.value).set(wanted, found)
    }
    this.isAsking = false
  }
}
