// The path under which a mail's html can be shown for five minutes, renewed for as long as it is looked at.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { call, pathOf, sentenceOf } from '../api.ts'

type Ticket = { url: string; expiresAt: string }

const reserveMs = 30_000

/** `fresh` answers a path that is good for a while, or null where there is none to be had: then `trouble` says why. */
export function useTicket(id: string, token: string | null) {
  const [ticket, setTicket] = useState<Ticket | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const kept = useRef<{ ticket: Promise<Ticket>; until: number } | null>(null)

  const fresh = useCallback(async (): Promise<string | null> => {
    const now = performance.now()
    if (!kept.current || kept.current.until < now)
      kept.current = { ticket: call<Ticket>('POST', `/messages${pathOf(id)}/view`, { token }), until: now + reserveMs }
    const asked = kept.current
    try {
      const got = await asked.ticket
      // By how long it lasts, not by when it ends: the clocks may differ.
      asked.until = now + lifetimeMs - reserveMs
      setTicket(got)
      setTrouble(null)
      return got.url
    } catch (error) {
      if (kept.current === asked) kept.current = null
      setTrouble(sentenceOf(error))
      return null
    }
  }, [id, token])

  useEffect(() => {
    const timer = setInterval(() => {
      // Nobody clicks what nobody sees.
      if (document.visibilityState === 'visible') void fresh()
    }, reserveMs)
    const seen = (): void => void (document.visibilityState === 'visible' && fresh())
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [fresh])

  return { ticket, trouble, fresh }
}

const lifetimeMs = 5 * 60_000
