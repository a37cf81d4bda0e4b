// What becomes of domains while somebody looks: the account's events, and the looks at records, which are no events.
import { useEffect, useState } from 'preact/hooks'
import { serverNow } from '../api.ts'
import { follow, type Line } from '../live.ts'
import { type CustomDomain, nextLookMs } from './domain-list.ts'

/** Events that come together are one change. */
const restMs = 150

/** Calls `reload` whenever something has changed, or should have. Answers the line by which events come, once it is there. */
export function useDomainChanges(domains: readonly CustomDomain[] | null, reload: () => Promise<void>): Line | null {
  const [line, setLine] = useState<Line | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        void reload()
      }, restMs)
    }
    const event = ({ type }: { type: string }): void => {
      if (type.startsWith('domain.')) soon()
    }
    const made = follow('/events', {}, { event, missed: soon, refused: () => {} })
    setLine(made)
    return () => {
      clearTimeout(timer)
      made.close()
    }
  }, [reload])

  // A look that finds nothing new changes when it was, and when the next one is.
  useEffect(() => {
    const wait = domains ? nextLookMs(domains, serverNow()) : null
    if (wait === null) return
    const timer = setTimeout(() => void (document.hidden ? undefined : reload()), wait)
    const back = (): void => void (document.hidden ? undefined : reload())
    document.addEventListener('visibilitychange', back)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', back)
    }
  }, [domains, reload])
  return line
}
