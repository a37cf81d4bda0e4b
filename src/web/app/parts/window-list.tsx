// A long list of which only the rows in sight are there. It scrolls with the page; every row has the same height. Rows
// stand by `transform`, so that one which is put before others moves them without a shift of the layout.
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

const beyond = 6

type Range = { from: number; to: number }

export function WindowList<Item>({
  items,
  keyOf,
  rowHeight,
  label,
  /** Stays though it is out of sight: it has the focus. -1: none. */
  active,
  nearEnd,
  children,
}: {
  items: readonly Item[]
  keyOf: (item: Item) => string
  /** In pixels. */
  rowHeight: number
  label: string
  active: number
  nearEnd: () => void
  children: (item: Item, index: number) => ComponentChildren
}) {
  const list = useRef<HTMLUListElement>(null)
  const [{ from, to }, setRange] = useState<Range>({ from: 0, to: 30 })
  const isNearEnd = to >= items.length

  useEffect(() => {
    const look = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0
      const first = Math.max(0, Math.floor(-top / rowHeight) - beyond)
      const last = Math.ceil((innerHeight - top) / rowHeight) + beyond
      setRange((before) => (before.from === first && before.to === last ? before : { from: first, to: last }))
    }
    look()
    document.addEventListener('scroll', look, { capture: true, passive: true })
    addEventListener('resize', look)
    return () => {
      document.removeEventListener('scroll', look, { capture: true })
      removeEventListener('resize', look)
    }
  }, [rowHeight])

  useEffect(() => {
    if (isNearEnd) nearEnd()
  }, [isNearEnd, items.length])

  // Who reads further down keeps what he reads where it is.
  const first = useRef<string | null>(null)
  useLayoutEffect(() => {
    const known = first.current === null ? -1 : items.findIndex((item) => keyOf(item) === first.current)
    const top = list.current?.getBoundingClientRect().top ?? 0
    if (known > 0 && top < -rowHeight) scrollBy({ top: known * rowHeight, behavior: 'instant' })
    first.current = items[0] === undefined ? null : keyOf(items[0])
  }, [items])

  const rows: number[] = []
  for (let index = from; index < Math.min(to, items.length); index++) rows.push(index)
  if (active >= 0 && active < items.length && (active < from || active >= to)) rows.push(active)
  return (
    <ul ref={list} class="window-list" aria-label={label} style={{ height: `${items.length * rowHeight}px` }}>
      {rows.map((index) => {
        const item = items[index]
        return item === undefined ? null : (
          <li
            key={keyOf(item)}
            class="window-row"
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
          >
            {children(item, index)}
          </li>
        )
      })}
    </ul>
  )
}
