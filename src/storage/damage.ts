// Damage: what a disk did to the database behind our back. It is refused as `storage-damaged`, and never served.
import { Refusal } from '../refusal.ts'

/** `what`: for the log alone. */
export const damaged = (what: string): Refusal => new Refusal('storage-damaged', { what })

/** SQLite's codes for a file that is not as SQLite left it; too big and mismatch come of lengths and types gone wrong. */
const codes = /^SQLITE_(CORRUPT|NOTADB|FORMAT|TOOBIG|MISMATCH|IOERR_SHORT_READ|IOERR_DATA|IOERR_CORRUPTFS)/

/** The refusal for a failure that only damage explains; null for any other. */
export function damageOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error.reason === 'storage-damaged' ? error : null
  // Of all that stores read, only JSON that we wrote is parsed.
  if (error instanceof SyntaxError) return damaged(error.message)
  const code = sqliteCode(error)
  return code !== undefined && codes.test(code) ? damaged(`${code}: ${messageOf(error)}`) : null
}

/** SQLite's code of an error, or of what caused it. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return sqliteCode(error.cause)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A store that reads, whose damage is told, and refused with `storage-damaged`. */
export function guarded<Store extends object>(store: Store, found: (damage: Refusal) => void): Store {
  const refuse = (error: unknown): never => {
    const damage = damageOf(error)
    if (damage) found(damage)
    throw damage ?? error
  }
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]): unknown => {
        try {
          const result: unknown = Reflect.apply(value, target, given)
          return result instanceof Promise ? result.catch(refuse) : result
        } catch (error) {
          return refuse(error)
        }
      }
    },
  })
}
