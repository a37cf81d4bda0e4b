// The memory of all mails that are coming in, together. When it runs short, who holds most of it stores what he has.
import { Budget } from '../limits/budget.ts'
import { Blocks } from './blocks.ts'

export type Holder = {
  /** Bytes of memory that could be given back now; 0 while that is not worth it, or is being done. */
  readonly spare: number
  /** Stores what it has. */
  yield(): void
}

export class Gathered {
  readonly blocks = new Blocks()
  private readonly holders = new Set<Holder>()
  private readonly budget: Budget

  constructor(bytes: number, waitMs: number) {
    this.budget = new Budget(bytes, waitMs, () => this.relieve())
  }

  /** Bytes of memory. */
  get held(): number {
    return this.budget.held
  }

  tryTake(bytes: number): boolean {
    return this.budget.tryTake(bytes)
  }

  /** Refuses: too-busy, when no room came in time. */
  take(bytes: number): Promise<void> {
    return this.budget.take(bytes)
  }

  release(bytes: number): void {
    this.budget.release(bytes)
  }

  join(holder: Holder): void {
    this.holders.add(holder)
  }

  leave(holder: Holder): void {
    this.holders.delete(holder)
  }

  // Without it a few clients who send much and then hardly anything would keep all others waiting.
  private relieve(): void {
    let largest: Holder | null = null
    for (const holder of this.holders) if (holder.spare > (largest?.spare ?? 0)) largest = holder
    largest?.yield()
  }
}
