// Which limits hold for whom. The config says; what it no longer has is kept for those who are on it.
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import { type Plan, withoutLimits } from './plan.ts'
import type { PlanStore } from './store.ts'

export class Plans {
  private offered: ReadonlyMap<string, Plan>
  /** As the config last had them. */
  private former: ReadonlyMap<string, Plan> = new Map()

  constructor(
    plans: readonly Plan[],
    private readonly store: PlanStore,
    /** Told when the config has other plans. */
    private readonly replaced: () => void,
  ) {
    this.offered = byName(plans)
  }

  /** From now on the config has these. */
  async replace(plans: readonly Plan[]): Promise<void> {
    // Whatever becomes of the write: who is on a plan that is gone keeps its numbers.
    this.former = new Map([...this.former, ...this.offered])
    this.offered = byName(plans)
    this.replaced()
    await this.remember()
  }

  /** Keeps the numbers of what is offered, and those that could not be kept before; reads those of what is no more. */
  async remember(): Promise<void> {
    const known = new Map([...this.former, ...this.offered])
    this.former = byName(await this.store.remember([...known.values()], { anew: true }))
  }

  /**
   * The same for a command without a server, whose config need not be the server's: numbers that are kept stay as they are,
   * since accounts may be on a plan that the server's config has no more.
   */
  async recall(): Promise<void> {
    this.former = byName(await this.store.remember([...this.offered.values()], { anew: false }))
  }

  /** In the order of the config. */
  names(): string[] {
    return [...this.offered.keys()]
  }

  isOffered(name: string): boolean {
    return this.offered.has(name)
  }

  /** A plan that somebody may be put on. Refuses: plan-unknown. */
  get(name: string): Plan {
    const plan = this.offered.get(name)
    if (!plan) throw new Refusal('plan-unknown')
    return plan
  }

  /** The plan of an account that is on it, also where the config has it no more: with its last numbers. */
  of(name: string): Plan {
    const plan = this.offered.get(name) ?? this.former.get(name)
    if (!plan) throw damaged(`the numbers of plan ${name}`)
    return plan
  }

  /** The plan of mailboxes without an account. */
  anonymous(): Plan {
    return this.offered.get('anonymous') ?? withoutLimits('anonymous')
  }

  /** The plan of the operator's own mailboxes. */
  operator(): Plan {
    return this.offered.get('unlimited') ?? withoutLimits('unlimited')
  }
}

const byName = (plans: readonly Plan[]): ReadonlyMap<string, Plan> => new Map(plans.map((plan) => [plan.name, plan]))
