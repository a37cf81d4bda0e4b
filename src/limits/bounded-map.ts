// A value for each name (an address, an account), in memory that is bounded however many names come.

/** Names that have a value of their own; beyond, those that come share as many as `mostShared`. */
const mostNames = 50_000
const mostShared = 1024

export class BoundedMap<Value> {
  /** Those that were asked for last stand last. */
  private readonly own = new Map<string, Value>()
  private readonly shared = new Map<number, Value>()
  /** So that nobody can choose with whom he shares. */
  private readonly seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

  constructor(
    private readonly make: (name: string) => Value,
    private readonly most = mostNames,
  ) {}

  get size(): number {
    return this.own.size + this.shared.size
  }

  /** The value of a name, made if there is none. */
  of(name: string): Value {
    const bucket = Number(Bun.hash.xxHash32(name, this.seed)) % mostShared
    const own = this.own.get(name)
    // One that shares goes on sharing until that is forgotten: else it would begin anew.
    if (own === undefined && (this.shared.has(bucket) || this.own.size >= this.most)) {
      const shared = this.shared.get(bucket) ?? this.make(name)
      this.shared.set(bucket, shared)
      return shared
    }
    const value = own ?? this.make(name)
    this.own.delete(name)
    this.own.set(name, value)
    return value
  }

  /** The value of a name that has one of its own; it stays where it stands. */
  find(name: string): Value | undefined {
    return this.own.get(name)
  }

  /** Forgets those of which nothing need be remembered. */
  sweep(isIdle: (value: Value) => boolean): void {
    for (const [name, value] of this.own) if (isIdle(value)) this.own.delete(name)
    for (const [bucket, value] of this.shared) if (isIdle(value)) this.shared.delete(bucket)
  }

  /** Those with a value of their own. */
  *[Symbol.iterator](): IterableIterator<[string, Value]> {
    yield* this.own
  }
}
