// Lifetimes go by the wall clock: that it jumped explains why mailboxes ended early or late.
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import { every, type Task } from './every.ts'

const second = 1000
const minute = 60 * second

export function watchClock(outside: Outside, log: Log, defect: (error: unknown) => void): Task {
  let offset = outside.now() - outside.elapsed()
  return every(
    10 * second,
    async () => {
      const jumped = outside.now() - outside.elapsed() - offset
      if (Math.abs(jumped) > minute) {
        offset += jumped
        log.warn({ seconds: Math.round(jumped / second) }, 'the clock jumped')
      }
    },
    defect,
  )
}
