// Refused mails are gathered in memory and written once a second.
import type { Core } from '../core.ts'
import { every, type Task } from './every.ts'

const second = 1000

export const flushRefusals = ({ usage }: Core, defect: (error: unknown) => void): Task =>
  every(second, () => usage.flush(), defect)
