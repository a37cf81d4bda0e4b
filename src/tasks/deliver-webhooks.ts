// Deliveries that are to be tried again, and those that nobody needs any more.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000
const tidyMs = 600 * second

export function deliverWebhooks({ webhooks, delivering }: Core, defect: (error: unknown) => void): Task {
  const retrying = every(second, async () => delivering.retryDue(), defect)
  const tidying = every(
    tidyMs,
    async (goOn) => {
      while (goOn() && (await webhooks.tidy()));
    },
    defect,
  )
  return {
    stop: async () => {
      await Promise.all([retrying.stop(), tidying.stop()])
    },
  }
}
