// Lifetimes: ends what has run out and gives its space back, in steps that never hold the writer for long.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000

/** `mayRemove`: not while the database is damaged, where pages given back might be another mail's. */
export const expire = (
  { mailboxes, messages }: Core,
  mayRemove: () => boolean,
  defect: (error: unknown) => void,
): Task =>
  every(
    second,
    async (isOn) => {
      const goOn = () => isOn() && mayRemove()
      while (goOn() && (await mailboxes.expire()));
      while (goOn() && (await messages.sweep()));
      while (goOn() && (await messages.tidy()));
    },
    defect,
  )
