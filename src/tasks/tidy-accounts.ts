// Links and sessions that are over, old keys and sums, and what deleted accounts and removed domains left behind: forgotten some at a time.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const restMs = 10_000

export const tidyAccounts = (
  { signIns, links, keys, usage, mailboxes }: Core,
  defect: (error: unknown) => void,
): Task =>
  every(
    restMs,
    async (goOn) => {
      links.sweep()
      for (const forget of [
        () => mailboxes.leave(),
        () => mailboxes.leaveDomains(),
        () => signIns.tidy(),
        () => keys.tidy(),
        () => usage.tidy(),
      ]) {
        while (goOn() && (await forget()));
      }
    },
    defect,
  )
