// The log of events reaches back as far as a stream can be resumed, and no further.
import type { Core } from '../core.ts'
import type { Outside } from '../outside.ts'
import { every, type Task } from './every.ts'

const minute = 60_000
const hour = 60 * minute

export const trimEvents = (
  { eventLog }: Core,
  outside: Outside,
  keepHours: number,
  defect: (error: unknown) => void,
): Task =>
  every(
    minute,
    async (goOn) => {
      while (goOn() && (await eventLog.trim(outside.now() - keepHours * hour)));
    },
    defect,
  )
