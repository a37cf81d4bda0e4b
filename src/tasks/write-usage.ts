// What was counted and refused is gathered in memory and written once a second: a crash loses no more than that.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000

export const writeUsage = ({ usage, keys }: Core, defect: (error: unknown) => void): Task =>
  every(
    second,
    async () => {
      // Together, so that they are one commit.
      await Promise.all([usage.flush(), keys.flush()])
    },
    defect,
  )
