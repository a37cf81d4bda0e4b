// Calls by who is signed in. Where the server knows the session no more, nobody is signed in any more.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, type Call, call, sentenceOf } from '../api.ts'
import { gone, isLeaving, session } from '../session.ts'
import { type Key, say } from '../words/words.ts'

/** As `call`. */
export async function ask<Answer = null>(method: string, path: string, given: Call = {}): Promise<Answer> {
  try {
    return await call<Answer>(method, path, given)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) gone()
    throw error
  }
}

/** What is said of a reason where the usual words would mislead. */
export type OwnWords = Partial<Record<string, Key>>

export function tellOf(error: unknown, own: OwnWords = {}): string {
  const key = error instanceof ApiError ? own[error.reason] : undefined
  return key ? say(key) : sentenceOf(error)
}

export type Loaded<Value> = {
  /** Null until it is there. */
  value: Value | null
  error: string | null
  /** Asks again. What was there stays until the answer. */
  reload: () => Promise<void>
  /** Puts what is known in the place of what was there. */
  put: (change: (value: Value) => Value) => void
}

/** What `load` answers to who is signed in, asked anew when one of `inputs` changes; an answer that is out of date is dropped. */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
): Loaded<Value> {
  const [value, setValue] = useState<Value | null>(null)
  const [error, setError] = useState<string | null>(null)
  const latest = useRef<AbortController | null>(null)
  const reload = useCallback(async () => {
    if (isLeaving.value) return
    latest.current?.abort()
    const own = new AbortController()
    latest.current = own
    try {
      const answer = await load(own.signal)
      if (own.signal.aborted) return
      setValue(answer)
      setError(null)
    } catch (error) {
      if (!own.signal.aborted) setError(tellOf(error))
    }
  }, inputs)
  const isIn = Boolean(session.value)
  useEffect(() => {
    if (!isIn) return
    void reload()
    return () => latest.current?.abort()
  }, [reload, isIn])
  return {
    value,
    error,
    reload,
    put: (change) => setValue((before) => (before === null ? null : change(before))),
  }
}

/** A list whole, page after page, up to so many pages. */
export async function askAll<Item>(path: string, signal: AbortSignal, mostPages = 20): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = null
  for (let page = 0; page < mostPages; page++) {
    const query: string = cursor === null ? '?limit=100' : `?limit=100&cursor=${encodeURIComponent(cursor)}`
    const answer: { items: Item[]; next: string | null } = await ask('GET', path + query, { signal })
    items.push(...answer.items)
    cursor = answer.next
    if (cursor === null) break
  }
  return items
}
