// One connection of the live socket, from its first message to its end.
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Event } from '../../events.ts'
import type { Conversation, Socket } from '../../http/conversation.ts'
import type { Door } from '../../http/dialect.ts'
import type { Message } from '../../messages/message.ts'
import { Refusal } from '../../refusal.ts'
import type { SignedIn } from './base.ts'
import { itemOf } from './messages.ts'
import { messageItem, newEmail } from './wire.ts'

export type FollowingOptions = {
  /** How long a client may take to say who it is. */
  authMs: number
  /** Whether the page that connects may. */
  mayCome: boolean
  /** A place among those who follow this mailbox, or null. */
  take: (mailboxId: string) => (() => void) | null
  ended: () => void
}

const Auth = Type.Object({ type: Type.Literal('auth'), token: Type.String() })

/** Close codes of RFC 6455 §7.4 and its registry. */
const refused = 1008
const failed = 1011
const tryLater = 1013
/** How long a push waits for what its mail says; beyond, it goes without. */
const previewMs = 250
/** Pushes that may wait for those before them. */
const mostWaiting = 1000
const longestTimerMs = 2 ** 31 - 1

export class Following implements Conversation {
  private socket: Socket | null = null
  private hasSpoken = false
  private isOver = false
  private pushed: Promise<void> = Promise.resolve()
  private waiting = 0
  private token = ''
  private timer: ReturnType<typeof setTimeout> | null = null
  /** What is to be given back at the end. */
  private readonly undo: (() => void)[] = []

  constructor(
    private readonly door: Door,
    private readonly options: FollowingOptions,
  ) {}

  began(socket: Socket): void {
    this.socket = socket
    if (!this.options.mayCome) {
      this.refuse('origin_not_allowed', 'Pages of this origin may not connect.')
      return
    }
    this.setTimer(this.options.authMs, () => this.refuse('invalid_auth_message', 'Nothing was sent in time.'))
  }

  heard(message: string | Uint8Array): void {
    // Who has said who he is has no more to say.
    if (this.hasSpoken) return
    this.hasSpoken = true
    const token = tokenIn(message)
    if (token === null) {
      this.refuse('invalid_auth_message', 'Send {"type":"auth","token":"…"} first.')
      return
    }
    this.token = token
    this.signIn().catch((error) => this.fail(error))
  }

  ended(): void {
    if (this.isOver) return
    this.isOver = true
    if (this.timer) clearTimeout(this.timer)
    for (const step of this.undo.splice(0)) step()
    this.options.ended()
  }

  close(code: number, reason: string): void {
    this.socket?.close(code, reason)
    this.ended()
  }

  private async signIn(): Promise<void> {
    const { mailboxes, events, standing } = this.door.core
    const { caller, mailbox, goodUntil } = await mailboxes.jwtHolder(this.token)
    if (this.isOver) return
    const leave = this.options.take(mailbox.id)
    if (!leave) {
      this.refuse('too_many_connections', 'There are too many connections of this mailbox.', tryLater)
      return
    }
    this.undo.push(
      leave,
      events.onAddress(mailbox.address, (event) => this.hear(event, { caller, mailbox })),
      standing.watch(caller, () => this.look(), mailbox.accountId),
    )
    // It may have ended since it was looked at, before anybody listened.
    await mailboxes.jwtHolder(this.token)
    if (this.isOver) return
    this.setTimer(goodUntil - this.door.outside.now(), () => this.look())
    this.say({ type: 'auth_ok' })
  }

  private hear({ type, mailboxId, messageId }: Event, who: SignedIn): void {
    if (mailboxId !== who.mailbox.id || this.isOver) return
    if (type === 'message.stored' && messageId !== null) this.push(messageId, who)
    else if (type.startsWith('mailbox.')) this.look()
  }

  /** Whether the token is as good as it was. */
  private look(): void {
    this.door.core.mailboxes.jwtHolder(this.token).catch((error) => this.fail(error))
  }

  /** In the order in which they came. */
  private push(messageId: string, who: SignedIn): void {
    if (this.waiting >= mostWaiting) {
      this.close(tryLater, 'too much mail at once')
      return
    }
    this.waiting++
    this.pushed = this.pushed
      .then(() => this.pushNow(messageId, who))
      .catch((error) => this.fail(error))
      .finally(() => {
        this.waiting--
      })
  }

  private async pushNow(messageId: string, { caller, mailbox }: SignedIn): Promise<void> {
    if (this.isOver) return
    const { mailboxes, messages, switches } = this.door.core
    if (!switches.now.developerApi || !switches.isOn('mailcx')) {
      this.close(tryLater, 'the API is switched off')
      return
    }
    await mailboxes.jwtHolder(this.token)
    const message = await messages.summary(caller, messageId).catch(nothingWhenGone)
    if (message) this.say(newEmail(await this.shown(message), mailbox))
  }

  private async shown(message: Message): Promise<ReturnType<typeof messageItem>> {
    const late = Promise.withResolvers<ReturnType<typeof messageItem>>()
    const timer = setTimeout(() => late.resolve(messageItem(message, null)), previewMs)
    const made = itemOf(this.door, message).catch(() => messageItem(message, null))
    return Promise.race([made, late.promise]).finally(() => clearTimeout(timer))
  }

  private say(what: object): void {
    if (!this.isOver) this.socket?.send(JSON.stringify(what))
  }

  private fail(error: unknown): void {
    if (error instanceof Refusal) {
      this.refuse('invalid_token', 'The token is wrong, or not good any more.')
      return
    }
    this.door.log.error({ err: error }, 'a defect')
    this.close(failed, 'something went wrong')
  }

  private refuse(error: string, message: string, code = refused): void {
    if (this.isOver) return
    this.say({ error, message })
    this.close(code, error)
  }

  private setTimer(milliseconds: number, late: () => void): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(late, Math.min(Math.max(1, milliseconds), longestTimerMs))
    this.timer.unref()
  }
}

function tokenIn(message: string | Uint8Array): string | null {
  if (typeof message !== 'string') return null
  try {
    const said: unknown = JSON.parse(message)
    return Value.Check(Auth, said) ? said.token : null
  } catch {
    return null
  }
}

/** One that was deleted meanwhile is no news. */
function nothingWhenGone(error: unknown): null {
  if (error instanceof Refusal && error.reason === 'message-unknown') return null
  throw error
}
