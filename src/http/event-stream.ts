// Server-sent events (WHATWG HTML §9.2): kept open with comments, resumed by id, dropped where nobody reads.
import { Refusal } from '../refusal.ts'

/** One event; `data` is sent as JSON. Without an `id` the reader's place stays as it was. */
export type ServerEvent = { id?: number; event: string; data: unknown }

export type Sender = {
  send: (event: ServerEvent) => void
  /** Answers when the reader has read nearly all of it, or the stream is over. */
  ready: () => Promise<void>
  /** Ends the stream after what was sent. */
  end: () => void
}

type Open = {
  beat: () => void
  end: () => void
  /** Nobody reads: what waits for him is let go, and the connection with it. */
  drop: () => void
  /** Bytes that are unread now. */
  unread: () => number
}

const encoder = new TextEncoder()
const comment = encoder.encode(':\n\n')
// How long a browser waits before it comes back.
const opening = encoder.encode('retry: 2000\n\n')

/** What may be unread while more is ready to be sent. */
const readyBytes = 64 * 1024
/** How long a reader may leave that much unread while more waits for him. */
const patienceMs = 60_000

/** What is asked of streams when they leave too much unread together: to be well below the bound, so that it is rare. */
const share = 0.75

/** All live streams of a server. */
export class EventStreams {
  private readonly open = new Set<Open>()
  /** Bytes sent since what is unread was last summed up: it is that and this at most. */
  private sent = 0
  private unreadThen = 0
  private readonly heart: ReturnType<typeof setInterval>

  constructor(
    private readonly options: {
      /** A comment line is sent so often, so that proxies and clients see that the stream lives. */
      heartbeatMs: number
      /** What a stream may leave unread before it is dropped. */
      maxBufferBytes: number
      /** What all of them together may; beyond it those with most are dropped. */
      maxTotalBytes: number
      /** One was dropped for either. */
      dropped: () => void
    },
  ) {
    this.heart = setInterval(() => {
      for (const stream of this.open) stream.beat()
    }, options.heartbeatMs)
    this.heart.unref()
  }

  get count(): number {
    return this.open.size
  }

  /**
   * Answers with a stream. `begin` is given the way to send; what it answers is called when the stream is over. Refuses:
   * too-busy, where it was dropped before it could be answered.
   */
  async answer(begin: (to: Sender) => Promise<() => void>): Promise<Response> {
    const { maxBufferBytes } = this.options
    let over: (() => void) | null = null
    let isDropped = false
    let controller: ReadableStreamDefaultController<Uint8Array> | null = null
    let wake: (() => void) | null = null
    const close = (how: (open: ReadableStreamDefaultController<Uint8Array>) => void): void => {
      const open = controller
      controller = null
      this.open.delete(entry)
      over?.()
      over = null
      wake?.()
      if (open) how(open)
    }
    const write = (bytes: Uint8Array): void => {
      if (!controller) return
      controller.enqueue(bytes)
      if ((controller.desiredSize ?? 0) < 0) entry.drop()
      this.sent += bytes.byteLength
      if (this.unreadThen + this.sent > this.options.maxTotalBytes) this.relieve()
    }
    const entry: Open = {
      beat: () => write(comment),
      end: () => close((open) => open.close()),
      drop: () => {
        isDropped = true
        this.options.dropped()
        close((open) => open.error(new Error('the reader of a stream is too slow')))
      },
      unread: () => (controller ? maxBufferBytes - (controller.desiredSize ?? 0) : 0),
    }
    const hasRoom = (): boolean => controller === null || entry.unread() <= Math.min(readyBytes, maxBufferBytes / 2)
    const ready = (): Promise<void> => {
      if (hasRoom()) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const late = setTimeout(entry.drop, patienceMs)
      late.unref()
      wake = resolve
      return promise.finally(() => clearTimeout(late))
    }
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (made) => {
          controller = made
          write(opening)
        },
        pull: () => {
          if (hasRoom()) wake?.()
        },
        cancel: () => close(() => {}),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxBufferBytes }),
    )
    const stop = await begin({ send: (event) => write(encoder.encode(text(event))), ready, end: entry.end })
    // It may be over before it has begun.
    if (controller === null) stop()
    else {
      over = stop
      this.open.add(entry)
    }
    if (isDropped) throw new Refusal('too-busy')
    return new Response(stream, {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        // nginx would gather the events.
        'X-Accel-Buffering': 'no',
      },
    })
  }

  private relieve(): void {
    const all = [...this.open].map((stream) => ({ stream, unread: stream.unread() }))
    let unread = all.reduce((sum, one) => sum + one.unread, 0)
    if (unread > this.options.maxTotalBytes * share) {
      for (const one of all.sort((first, second) => second.unread - first.unread)) {
        if (unread <= (this.options.maxTotalBytes * share) / 2) break
        one.stream.drop()
        unread -= one.unread
      }
    }
    this.unreadThen = unread
    this.sent = 0
  }

  /** Ends every stream; the readers come back elsewhere or later. */
  stop(): void {
    clearInterval(this.heart)
    for (const stream of this.open) stream.end()
  }
}

function text({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
