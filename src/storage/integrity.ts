// Whether the database is whole, as far as is known: looked through at every start, in a thread of its own where it is large.
import type { Log } from '../log.ts'
import type { Writes } from './change.ts'
import { areMendable, type changes, type Findings, inspected, isWhole, type jobs, type Report } from './inspection.ts'
import type { Workers } from './job.ts'

const advice =
  'stop the server and restore a backup ("mayfly restore FILE"), or run "mayfly doctor"; what can be read is read meanwhile'

export class Integrity {
  private broken = false
  private damaged = false
  private searchIsBroken = false
  private stopped = false

  constructor(
    private readonly writes: () => Writes<typeof changes>,
    private readonly inspectors: () => Workers<typeof jobs>,
    private readonly log: Log,
  ) {}

  /** A sentence while the structure of the file is damaged, so that writing would spread it; else null. */
  shortage(): string | null {
    return this.broken ? `the database is damaged: ${advice}` : null
  }

  /** Whether nothing is known to be wrong. */
  get isWhole(): boolean {
    return !this.broken && !this.damaged && !this.searchIsBroken
  }

  /** Whether the search index must be made anew. */
  get needsSearchIndex(): boolean {
    return this.searchIsBroken
  }

  searchIsWhole(): void {
    this.searchIsBroken = false
  }

  /** What an inspection found, when all was mended that can be. */
  take({ mended, left }: Report): void {
    if (mended.length > 0) this.log.warn({ mended }, 'damage in the database was repaired')
    this.searchIsBroken ||= left.search
    this.broken ||= left.structure.length + left.pages.length > 0
    this.damaged ||= left.damage.length + left.indexes.length > 0
    const { damage, structure, pages, indexes } = left
    const found = [...structure, ...pages, ...indexes.map((name) => `the index ${name}`), ...damage]
    if (left.search) found.push('the search index')
    if (found.length > 0) this.log.error({ found }, `the database is damaged: ${advice}`)
  }

  /** Looks through a large database, table by table, beside all other work. */
  async inspect(): Promise<void> {
    for (const table of inspected) {
      if (this.stopped) return
      const look = (): Promise<Findings> => this.inspectors().run('storage.inspect', { table })
      const found = await look()
      if (isWhole(found)) continue
      if (areMendable(found)) await this.writes().run('storage.reindex', { indexes: found.indexes })
      this.take({ mended: areMendable(found) ? found.indexes : [], left: areMendable(found) ? await look() : found })
    }
  }

  stop(): void {
    this.stopped = true
  }
}
