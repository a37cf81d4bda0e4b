// Keys that do something by themselves: each view says which, and the help lists those of the view that is there.
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { forget, keep, recall } from '../kept.ts'
import type { Key } from '../words/words.ts'

export type Shortcut = {
  /** As `KeyboardEvent.key` has them. */
  keys: readonly string[]
  text: Key
  /** False: the key is not for it now, and does what it does anyway. */
  run: (event: KeyboardEvent) => unknown
}
export type ShortcutGroup = { title: Key; shortcuts: readonly Shortcut[] }

export const groups = signal<readonly ShortcutGroup[]>([])

/** Who speaks to his computer, or hits keys by mistake, does better without them (WCAG 2.1.4). */
export const areOn = signal(recall('shortcuts', (value) => (value === false ? 'off' : null)) === null)

export function switchShortcuts(on: boolean): void {
  areOn.value = on
  if (on) forget('shortcuts')
  else keep('shortcuts', false)
}

const inputs = 'input, textarea, select, [contenteditable], [role=menu]'

document.addEventListener('keydown', (event) => {
  const { target, key, ctrlKey, metaKey, altKey, defaultPrevented } = event
  if (!areOn.value || ctrlKey || metaKey || altKey || defaultPrevented) return
  if (target instanceof Element && target.closest(inputs)) return
  if (document.querySelector('dialog[open]')) return
  const all = groups.value.flatMap(({ shortcuts }) => shortcuts)
  const meant = all.find(({ keys }) => keys.includes(key))
  if (meant && meant.run(event) !== false) event.preventDefault()
})

/** As long as the view is there. */
export function useShortcuts(title: Key, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const group: ShortcutGroup = {
      title,
      shortcuts: shortcuts.map((one, index) => ({ ...one, run: (event) => latest.current[index]?.run(event) })),
    }
    groups.value = [...groups.value, group]
    return () => {
      groups.value = groups.value.filter((one) => one !== group)
    }
  }, [])
}
