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

/** What other programs call our keys; the first that is there is meant. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['port', ['listen']],
  ['address', ['listen']],
  ['bind', ['listen']],
  ['host', ['listen']],
  ['domain', ['domains', 'name']],
  ['cert', ['cert_file']],
  ['certificate', ['cert_file']],
  ['key', ['key_file', 'secret_key', 'api_key']],
  ['private_key', ['key_file']],
  ['ssl', ['tls']],
  ['proxy', ['trusted_proxies']],
  ['proxies', ['trusted_proxies']],
  ['data', ['data_dir']],
  ['directory', ['data_dir']],
  ['url', ['public_url']],
  ['base_url', ['public_url']],
])

/** The words that our keys have for somebody else's word. */
export const ourWords = (word: string): readonly string[] => WORDS.get(word) ?? []

/** A slip of the pen, not another word. */
const SLIP = 2

/**
 * The path of the key that was meant by `key` in the table at `path`: there, unless it is another section's. Null for a
 * word at the top that is like no other.
 */
export function nearestKey(path: string, key: string, known: readonly string[]): string | null {
  const called = ourWords(key).find((word) => known.includes(word))
  if (called !== undefined) return join(path, called)
  const here = closest(key, [...known])
  const far = distance(key, here)
  if (far <= SLIP && far <= key.length / 2) return join(path, here)
  const same = pathsOf(key)
  if (same.length > 0) return closest(join(path, key), same)
  const [elsewhere] = ourWords(key).flatMap(pathsOf)
  if (elsewhere !== undefined) return elsewhere
  return path === '' && far > key.length / 2 ? null : join(path, here)
}

const pathsOf = (key: string): string[] =>
  [...leafPaths(), ...Object.keys(ConfigSchema.properties).map((section) => [section])]
    .filter((path) => path.at(-1) === key)
    .map((path) => path.join('.'))
