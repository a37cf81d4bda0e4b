// A line to the server on which it tells what happens, as server-sent events. It is read by `fetch`, so that a token
// stands in a header and not in a URL; when it breaks it is taken up again behind the last event that was heard.
import { signal } from '@preact/signals'
import { base } from './api.ts'
import type { Summary } from './shapes.ts'

export type LineState = 'connecting' | 'live' | 'down'

export type LiveEvent = {
  type: string
  seq: number
  mailboxId: string
  address: string
  messageId: string | null
  message: Summary | null
}

export type Line = {
  state: { readonly value: LineState }
  /** The last event that was heard: a further line may go on behind it. */
  last: () => string | null
  /** Tries again at once. */
  retry: () => void
  close: () => void
}

const firstRestMs = 500
const longestRestMs = 15_000
/** The server says something at least every 15 s. */
const silenceMs = 40_000

/**
 * Follows one address (`path` `/mailboxes/…/events`), or all mailboxes of the tokens or of who is signed in (`/events`).
 * `missed`: events may have been lost, so that what is shown is to be fetched anew; `refused`: it will not be answered again.
 */
export function follow(
  path: string,
  headers: Record<string, string>,
  hear: { event: (event: LiveEvent) => void; missed: () => void; refused: (status: number) => void },
  { since = null, asNobody = false }: { since?: string | null; asNobody?: boolean } = {},
): Line {
  const state = signal<LineState>('connecting')
  let over = false
  let last = since
  let rest = firstRestMs
  let attempt = new AbortController()
  let wake = (): void => {}

  async function listen(): Promise<void> {
    attempt = new AbortController()
    const { signal: abort } = attempt
    const response = await fetch(`${base}${path}`, {
      headers: { ...headers, Accept: 'text/event-stream', ...(last === null ? {} : { 'Last-Event-ID': last }) },
      signal: abort,
      cache: 'no-store',
      ...(asNobody ? { credentials: 'omit' } : {}),
    })
    if (!response.ok || !response.body) {
      const final = response.status >= 400 && response.status < 500 && response.status !== 429
      if (final) {
        over = true
        hear.refused(response.status)
      }
      throw new Error(`the line was answered with ${response.status}`)
    }
    const isFirst = last === null
    state.value = 'live'
    rest = firstRestMs
    // What came between the page's last look and this line is in no event.
    if (isFirst) hear.missed()
    let silence = setTimeout(() => attempt.abort(), silenceMs)
    try {
      for await (const item of itemsOf(response.body)) {
        clearTimeout(silence)
        silence = setTimeout(() => attempt.abort(), silenceMs)
        if (item.id !== null) last = item.id
        if (item.event === 'reset') hear.missed()
        else if (item.data !== '') hear.event({ ...JSON.parse(item.data), type: item.event })
      }
    } finally {
      clearTimeout(silence)
    }
  }

  async function go(): Promise<void> {
    while (!over) {
      await listen().catch(() => {})
      if (over) break
      state.value = 'down'
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, rest * (0.75 + Math.random() / 2))
      })
      rest = Math.min(rest * 2, longestRestMs)
      if (!over) state.value = 'connecting'
    }
    state.value = 'down'
  }
  const online = (): void => wake()
  addEventListener('online', online)
  void go()
  return {
    state,
    last: () => last,
    retry: () => {
      rest = firstRestMs
      wake()
    },
    close: () => {
      over = true
      removeEventListener('online', online)
      attempt.abort()
      wake()
    },
  }
}

type Item = { id: string | null; event: string; data: string }

/** WHATWG HTML §9.2.6, as far as this server speaks it. A comment is an item without data. */
async function* itemsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Item> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) yield itemOf(block)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function itemOf(block: string): Item {
  const item: Item = { id: null, event: 'message', data: '' }
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const value = line.slice(colon + 1).replace(/^ /, '')
    const field = line.slice(0, colon)
    if (field === 'id') item.id = value
    else if (field === 'event') item.event = value
    else if (field === 'data') item.data += value
  }
  return item
}
