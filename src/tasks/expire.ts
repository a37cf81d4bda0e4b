// Lifetimes: ends what has run out and gives its space back, in steps that never hold the writer for long.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000

export const expire = ({ mailboxes, messages }: Core, defect: (error: unknown) => void): Task =>
  every(
    second,
    async (goOn) => {
      while (goOn() && (await mailboxes.expire()));
      while (goOn() && (await messages.sweep()));
      while (goOn() && (await messages.tidy()));
    },
    defect,
  )
