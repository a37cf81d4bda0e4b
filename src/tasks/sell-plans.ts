// What was paid for runs out, to the second; old invoices are forgotten.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000
const tidyMs = 600 * second

export function sellPlans({ payments }: Core, defect: (error: unknown) => void): Task {
  const ending = every(
    second,
    async (goOn) => {
      while (goOn() && (await payments.runOut()));
    },
    defect,
  )
  const tidying = every(
    tidyMs,
    async (goOn) => {
      while (goOn() && (await payments.tidy()));
    },
    defect,
  )
  return {
    stop: async () => {
      await Promise.all([ending.stop(), tidying.stop()])
    },
  }
}
