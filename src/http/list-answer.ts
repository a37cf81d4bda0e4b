// A list of mails with their bodies: short ones at once, long ones mail by mail as they are read, so that neither memory
// nor the main thread has it all.
import type { LaterText } from '../messages/long-text.ts'
import type { Message } from '../messages/message.ts'
import { longJson } from './long-answer.ts'
import { piecewise } from './piecewise.ts'

/** What is shown of one mail, and all the long texts in it. */
export type Shown = { value: unknown; later: readonly LaterText[] }

/** Bytes of mails, and mails, up to which a list is made at once. */
const shortBytes = 256 * 1024
const fewMails = 100
/** Characters that are remembered, for those who ask for the same mails again and again. */
const mostRemembered = 4 * 1024 * 1024
const mostOfOne = 64 * 1024
const headers = { 'Content-Type': 'application/json;charset=utf-8' }
const mark = '\u0000list\u0000'
const quoted = JSON.stringify(mark)
const encoder = new TextEncoder()

/** The lists of one dialect. */
export class MailLists {
  /** The JSON of mails, by all that may change in what is shown of them. */
  private readonly remembered = new Map<string, string>()
  private characters = 0

  constructor(private readonly show: (message: Message) => Promise<Shown>) {}

  /**
   * `frame` puts the list into the answer, where nothing else may say what a client sent. One that cannot be finished
   * breaks off, so that it cannot look whole.
   */
  async answer(messages: readonly Message[], frame: (list: unknown) => object): Promise<Response> {
    const around = JSON.stringify(frame(mark))
    const at = around.indexOf(quoted)
    const [before, after] = [around.slice(0, at), around.slice(at + quoted.length)]
    const isShort = messages.length <= fewMails && messages.reduce((sum, { size }) => sum + size, 0) <= shortBytes
    const whole = isShort ? await Promise.all(messages.map((one) => this.jsonOf(one))) : []
    const known = whole.filter((one) => one !== null)
    if (isShort && known.length === messages.length) {
      return new Response(`${before}[${known.join(',')}]${after}`, { headers })
    }
    return piecewise(this.parts(messages, before, after), { headers }, () => {})
  }

  /** Null for one with long texts. */
  private jsonOf(message: Message): string | Promise<string | null> {
    const name = nameOf(message)
    return (name !== null && this.remembered.get(name)) || this.made(message, name)
  }

  private async made(message: Message, name: string | null): Promise<string | null> {
    const { value, later } = await this.show(message)
    if (later.length > 0) return null
    const json = JSON.stringify(value)
    if (name !== null && json.length <= mostOfOne) this.remember(name, json)
    return json
  }

  private remember(name: string, json: string): void {
    if (this.characters + json.length > mostRemembered) {
      this.remembered.clear()
      this.characters = 0
    }
    this.characters += json.length
    this.remembered.set(name, json)
  }

  private async *parts(messages: readonly Message[], before: string, after: string): AsyncGenerator<Uint8Array> {
    let next = `${before}[`
    for (const message of messages) {
      yield encoder.encode(next)
      const { value, later } = await this.show(message)
      yield* longJson(value, later)
      next = ','
    }
    yield encoder.encode(`${messages.length === 0 ? next : ''}]${after}`)
  }
}

/** Null for one that is not remembered: attachments come and go by themselves, and a digest may be on its way. */
function nameOf({
  key,
  digest,
  digestedSeq,
  seen,
  expiresAt,
  attachmentCount,
  ownAttachments,
}: Message): string | null {
  if (digest !== 'ready' || ownAttachments > 0 || attachmentCount > 0) return null
  return `${key} ${digestedSeq} ${seen} ${expiresAt}`
}
