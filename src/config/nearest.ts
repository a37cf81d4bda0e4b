// The known key that somebody who wrote an unknown one most likely meant.
import { KindGuard, type TSchema } from '@sinclair/typebox'
import { closest, distance } from 'fastest-levenshtein'
import { join } from './complaints.ts'
import { ConfigSchema } from './schema.ts'

/** The paths of all keys that are not tables; those below a name of the operator's (plans) and in lists are left out. */
export function leafPaths(schema: TSchema = ConfigSchema, path: readonly string[] = []): string[][] {
  if (!KindGuard.IsObject(schema)) return KindGuard.IsRecord(schema) || isListOfTables(schema) ? [] : [[...path]]
  return Object.entries(schema.properties).flatMap(([key, field]) => leafPaths(field, [...path, key]))
}

const isListOfTables = (schema: TSchema): boolean => KindGuard.IsArray(schema) && KindGuard.IsObject(schema.items)

/** A slip of the pen, not another word. */
const SLIP = 2

/** The path of the key that is nearest to `key` in the table at `path`: there, unless another section has that very key. */
export function nearestKey(path: string, key: string, known: readonly string[]): string {
  const here = closest(key, [...known])
  const written = join(path, key)
  if (distance(key, here) > SLIP) {
    const elsewhere = leafPaths()
      .filter((leaf) => leaf.at(-1) === key)
      .map((leaf) => leaf.join('.'))
    if (elsewhere.length > 0) return closest(written, elsewhere)
  }
  return join(path, here)
}
