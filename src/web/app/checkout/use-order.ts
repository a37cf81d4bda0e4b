// Looks at an order again and again, until nothing more will come of it.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { sentenceOf } from '../api.ts'
import { lookAt, nextLookMs, nextTryMs, type Order } from './order.ts'

export type Looked = {
  /** Undefined until it is known, null where there is none. */
  order: Order | null | undefined
  /** Why it could not be looked at the last time. */
  trouble: string | null
  again: () => void
}

/** `canLook`: whether anything there is says that one may. */
export function useOrder(id: string, secret: string, canLook: boolean): Looked {
  const [order, setOrder] = useState<Order | null | undefined>(undefined)
  const [trouble, setTrouble] = useState<string | null>(null)
  const wake = useRef<() => void>(() => {})
  useEffect(() => {
    setOrder(undefined)
    setTrouble(null)
    if (!canLook) return
    const over = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      clearTimeout(timer)
      let wait: number | null = null
      try {
        const found = await lookAt(id, secret, over.signal)
        if (over.signal.aborted) return
        setOrder(found)
        setTrouble(null)
        wait = found && nextLookMs(found)
      } catch (error) {
        if (over.signal.aborted) return
        setTrouble(sentenceOf(error))
        wait = nextTryMs(error)
      }
      if (wait !== null) timer = setTimeout(look, wait)
    }
    wake.current = () => void look()
    void look()
    return () => {
      over.abort()
      clearTimeout(timer)
    }
  }, [id, secret, canLook])
  return { order, trouble, again: useCallback(() => wake.current(), []) }
}
