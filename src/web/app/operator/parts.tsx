// What several of the operator's views have.
import { useEffect, useState } from 'preact/hooks'
import { tellOf } from '../member/ask.ts'
import { say as toast } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import type { Paged } from './paged.ts'

export function More<Item>({ list: { loaded, more, isMore } }: { list: Paged<Item> }) {
  if (!loaded.value?.next) return null
  return (
    <button type="button" class="btn btn-outline-secondary mt-3" disabled={isMore} onClick={() => void more()}>
      {say('member.more')}
    </button>
  )
}

const restMs = 300

/** What was typed, once nobody has typed for a moment. */
export function useRested(typed: string): string {
  const [rested, setRested] = useState(typed)
  useEffect(() => {
    const timer = setTimeout(() => setRested(typed.trim()), restMs)
    return () => clearTimeout(timer)
  }, [typed])
  return rested
}

/** Runs one thing at a time, and says how it went. */
export function useDoing(): {
  isBusy: boolean
  attempt: (run: () => Promise<unknown>, said?: string) => Promise<void>
} {
  const [isBusy, setBusy] = useState(false)
  const attempt = async (run: () => Promise<unknown>, said?: string): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      await run()
      if (said !== undefined) toast(said, 'success')
    } catch (error) {
      toast(tellOf(error), 'danger')
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, attempt }
}

export function SearchField({
  label,
  value,
  change,
  maxLength = 254,
}: {
  label: string
  value: string
  change: (value: string) => void
  maxLength?: number
}) {
  return (
    <input
      type="search"
      class="form-control"
      aria-label={label}
      placeholder={label}
      maxLength={maxLength}
      value={value}
      onInput={({ currentTarget }) => change(currentTarget.value)}
    />
  )
}

export function Chosen({
  label,
  value,
  choices,
  change,
}: {
  label: string
  value: string
  choices: readonly (readonly [value: string, text: string])[]
  change: (value: string) => void
}) {
  return (
    <select
      class="form-select w-auto"
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    >
      {choices.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** Figures with their names. */
export function Figures({ of }: { of: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="card-plain allowed mb-0">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
