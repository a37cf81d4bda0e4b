// The first of what comes is heard at once; of a flood the rest is heard together, some times a second.
import { batch } from '@preact/signals'

const restMs = 100

export function gathered<Item>(hear: (item: Item) => void): (item: Item) => void {
  let waiting: Item[] = []
  let isResting = false
  const wake = (): void => {
    isResting = waiting.length > 0
    if (!isResting) return
    const all = waiting
    waiting = []
    setTimeout(wake, restMs)
    batch(() => {
      for (const item of all) hear(item)
    })
  }
  return (item) => {
    waiting.push(item)
    if (!isResting) wake()
  }
}
