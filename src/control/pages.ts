// Reading a whole list for a command, some at a time, so that a large one does not hold up the server that reads it.
import { type TSchema, Type } from '@sinclair/typebox'
import { CannotDo } from '../cannot-do.ts'

/** As a verb answers it: whole. */
export const listOf = <Shape extends TSchema>(shape: Shape) => Type.Object({ items: Type.Array(shape) })

const pageSize = 100

/** Throws CannotDo when whoever asked has gone. */
export async function all<Row extends { key: number }>(
  read: (page: { after: number; limit: number }) => Promise<Row[]>,
  signal: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = []
  for (let after = 0; ; ) {
    const page = await read({ after, limit: pageSize })
    found.push(...page)
    const last = page.at(-1)
    if (!last || page.length < pageSize) return found
    after = last.key
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new CannotDo('the list was broken off')
  }
}
