// The live socket: who signs in over it hears of each mail right after it is stored.
import { Elysia } from 'elysia'
import type { Conversation } from '../../http/conversation.ts'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { invalid } from '../../refusal.ts'
import { open, openly } from './base.ts'
import { Following, type FollowingOptions } from './following.ts'

const authMs = 10_000
/** Of one mailbox at a time. */
const mostOfOne = 3
const goingAway = 1001

export class Sockets {
  private readonly all = new Set<Following>()
  /** How many follow each mailbox. */
  private readonly followed = new Map<string, number>()
  private isListening = false

  constructor(
    private readonly door: Door,
    private readonly wait = authMs,
  ) {}

  get size(): number {
    return this.all.size
  }

  /** For a new connection. `mayCome`: whether its page may call; `left`: told when it ends. */
  conversation(mayCome: boolean, left: () => void): Conversation {
    if (!this.isListening) {
      this.isListening = true
      this.door.stopping.addEventListener('abort', () => this.stop())
    }
    const options: FollowingOptions = {
      authMs: this.wait,
      mayCome,
      take: (mailboxId) => this.take(mailboxId),
      ended: () => {
        this.all.delete(following)
        left()
      },
    }
    const following = new Following(this.door, options)
    this.all.add(following)
    return following
  }

  /** A place among those who follow a mailbox; call the answer to give it back. Null: there is none. */
  private take(mailboxId: string): (() => void) | null {
    const now = this.followed.get(mailboxId) ?? 0
    if (now >= mostOfOne) return null
    this.followed.set(mailboxId, now + 1)
    return () => {
      const left = (this.followed.get(mailboxId) ?? 1) - 1
      if (left > 0) this.followed.set(mailboxId, left)
      else this.followed.delete(mailboxId)
    }
  }

  private stop(): void {
    for (const one of this.all) one.close(goingAway, 'the server stops')
  }
}

export function socketRoutes(door: Door) {
  const sockets = new Sockets(door)
  return new Elysia().use(open(door)).get(
    '/api/ws',
    ({ request: { headers }, visit }) => {
      if (headers.get('upgrade')?.toLowerCase() !== 'websocket') throw invalid('headers.upgrade', 'must be websocket')
      const origin = headers.get('origin')
      const mayCome = origin === null || door.origins.trusts(origin, headers.get('host'))
      const leave = door.streamSlots.take(visit.client)
      const conversation = sockets.conversation(mayCome, leave)
      if (!visit.upgrade(conversation)) {
        conversation.ended()
        throw invalid('headers.upgrade', 'must be a whole handshake of RFC 6455')
      }
      return new Response(null)
    },
    {
      ...described({
        summary: 'Hear of each mail as it comes, over a WebSocket',
        description:
          'Within ten seconds send `{"type":"auth","token":JWT}`; the answer is `{"type":"auth_ok"}`, and then `{"type":"new_email",…}` for each mail.',
        tag: 'messages',
        isPublic: true,
        answers: { 101: null },
        refusals: { 400: ['invalid_request'], ...openly },
      }),
    },
  )
}
