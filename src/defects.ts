// What nobody caught. A defect met by one connection must not end the others: what is stored is the writer thread's
// business and whole in any case, and the connection that met it ends by its own clocks. So it is told, and all goes on.
import type { Log } from './log.ts'

const mostAMinute = 20
const minuteMs = 60_000

/**
 * From now on, takes what would otherwise end the process; while nothing is served yet, an exception still does, since
 * whoever waits for the start would wait for ever. A defect that comes back again and again cannot fill the log.
 */
export function surviveDefects(log: Log, elapsed: () => number, isServing: () => boolean): void {
  let began = Number.NEGATIVE_INFINITY
  let seen = 0
  const take = (error: unknown, what: string): void => {
    if (elapsed() - began >= minuteMs) {
      if (seen > mostAMinute) log.error({ count: seen - mostAMinute }, 'more defects of which nothing was said')
      began = elapsed()
      seen = 0
    }
    seen++
    if (seen <= mostAMinute) log.error({ err: error }, what)
  }
  process.on('uncaughtException', (error) => {
    take(error, 'a defect: nobody caught this')
    if (isServing()) return
    log.flush()
    process.exit(1)
  })
  process.on('unhandledRejection', (error) => take(error, 'a defect: nobody waited for this'))
}
