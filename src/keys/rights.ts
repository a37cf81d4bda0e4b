// What a key may do, and whether that is no more than another: a key makes none that may do what it may not.
import type { Key } from './key.ts'

export type Rights = Pick<Key, 'scopes' | 'origins' | 'domains' | 'dialects' | 'expiresAt'>

type Bounds = Omit<Rights, 'scopes'> & { scopes: readonly string[] | null }

/** Whether whoever has the one set of rights may do all that the other allows, and for as long. */
export const covers = (one: Bounds, other: Bounds): boolean =>
  within(one.scopes, other.scopes) &&
  within(some(one.origins), some(other.origins)) &&
  within(some(one.domains), some(other.domains)) &&
  within(some(one.dialects), some(other.dialects)) &&
  (one.expiresAt === null || (other.expiresAt !== null && other.expiresAt <= one.expiresAt))

/** Null: all there are. */
const within = (allowed: readonly string[] | null, wanted: readonly string[] | null): boolean =>
  allowed === null || (wanted?.every((one) => allowed.includes(one)) ?? false)

/** Of these lists an empty one means no bound. */
const some = (list: readonly string[]): readonly string[] | null => (list.length > 0 ? list : null)
