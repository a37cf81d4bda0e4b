// A list that comes page by page.
import { useState } from 'preact/hooks'
import { ask, type Loaded, tellOf, useLoaded } from '../member/ask.ts'
import { announce, say as toast } from '../parts/toasts.tsx'
import type { List } from '../shapes.ts'
import { tell } from './words.ts'

export type Paged<Item> = { loaded: Loaded<List<Item>>; more: () => Promise<void>; isMore: boolean }

/** What is empty in `wanted` is not asked for. */
export function usePaged<Item>(path: string, wanted: Record<string, string> = {}, limit = 50): Paged<Item> {
  const query = new URLSearchParams({ limit: String(limit) })
  for (const [name, value] of Object.entries(wanted)) if (value !== '') query.set(name, value)
  const from = `${path}?${query}`
  const loaded = useLoaded((signal) => ask<List<Item>>('GET', from, { signal }), [from])
  const [isMore, setMore] = useState(false)
  const more = async (): Promise<void> => {
    const cursor = loaded.value?.next
    if (!cursor || isMore) return
    setMore(true)
    try {
      const next = await ask<List<Item>>('GET', `${from}&cursor=${encodeURIComponent(cursor)}`)
      loaded.put((before) =>
        before.next === cursor ? { items: [...before.items, ...next.items], next: next.next } : before,
      )
      announce(tell('operator.more-shown', { count: next.items.length }))
    } catch (error) {
      toast(tellOf(error), 'danger')
    } finally {
      setMore(false)
    }
  }
  return { loaded, more, isMore }
}
