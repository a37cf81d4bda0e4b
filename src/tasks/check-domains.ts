// Looks at the records of custom domains whose time has come.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const restMs = 1000

export function checkDomains({ domains }: Core, defect: (error: unknown) => void): Task {
  const checking = every(restMs, () => domains.checkDue(), defect)
  return {
    stop: () => {
      domains.stopChecking()
      return checking.stop()
    },
  }
}
