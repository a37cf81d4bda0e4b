// Why something was refused, as tests compare it.
import { type Reason, Refusal } from '../src/refusal.ts'

/** Throws what is no refusal. */
export async function reasonOf(work: Promise<unknown>): Promise<Reason | 'no refusal'> {
  try {
    await work
    return 'no refusal'
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
}
