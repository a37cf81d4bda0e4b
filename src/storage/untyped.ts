// What crosses threads has no type on the way; the name of the change or job gives it one again on the other side.

export function untyped(value: unknown): never
export function untyped(value: unknown): unknown {
  return value
}
