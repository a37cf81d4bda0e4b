// Draws a view again every so many seconds, for what it says of time.
import { useEffect, useState } from 'preact/hooks'

export function useSeconds(every: number): void {
  const [, setAt] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setAt((at) => at + 1), every * 1000)
    return () => clearInterval(timer)
  }, [every])
}
