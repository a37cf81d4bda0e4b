// What comes now and then is heard at once; what comes in a flood is heard together, some times a second.
import { batch } from '@preact/signals'

const longestRestMs = 100
/** After each that was heard. */
const restMs = 5

export function gathered<Item>(hear: (item: Item) => void): (item: Item) => void {
  let waiting: Item[] = []
  let isResting = false
  const wake = (): void => {
    isResting = waiting.length > 0
    if (!isResting) return
    const all = waiting
    waiting = []
    setTimeout(wake, Math.min(longestRestMs, restMs * all.length))
    batch(() => {
      for (const item of all) hear(item)
    })
  }
  return (item) => {
    waiting.push(item)
    if (!isResting) wake()
  }
}
