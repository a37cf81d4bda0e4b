// Mail that the operator will not have: by sender, recipient, subject or network. Rules are kept in memory, so that they
// cost a mail nothing to speak of, and are in force at once.
import { asc, count, eq } from 'drizzle-orm'
import { byOf, type Caller, mustBeAdmin } from '../accounts/caller.ts'
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Writes } from '../storage/change.ts'
import { damaged } from '../storage/damage.ts'
import type { Db } from '../storage/database.ts'
import { blockCheck, isSound } from '../storage/row-checks.ts'
import { blocks } from '../storage/schema.ts'
import { type BlockKind, BlockRules, readPattern } from './block-rules.ts'
import { meant } from './recipients.ts'

export type Block = { id: string; kind: BlockKind; pattern: string; note: string; createdAt: number }

const mostBlocks = 10_000
const longestNote = 200

/** Rules that there are, and what tells of those that are damaged, which are not in force. */
type Stored = { blocks: readonly Block[]; damaged: readonly string[] }

export class Blocks {
  private blocks: readonly Block[] = []
  private readonly toldOf = new Set<string>()
  private rules = new BlockRules([])

  constructor(
    private readonly writes: Writes<typeof changes>,
    private readonly db: Db,
    private readonly outside: Outside,
    /** Told of each rule that is damaged, once. */
    private readonly found: (damage: Refusal) => void,
    private readonly operatorAddress: string,
  ) {}

  /** Takes up the rules that were made before a restart. */
  load(): void {
    this.take(all(this.db))
  }

  /** Oldest first. Refuses: as `mustBeAdmin`. */
  list(caller: Caller): readonly Block[] {
    mustBeAdmin(caller)
    return this.blocks
  }

  /** Makes a rule; its pattern is read by `readPattern`. Refuses: as `mustBeAdmin`, invalid-request, quota-exceeded. */
  async add(caller: Caller, wish: { kind: BlockKind; pattern: string; note?: string | undefined }): Promise<Block> {
    mustBeAdmin(caller)
    const { kind, note = '' } = wish
    const pattern = readPattern(kind, wish.pattern)
    if (note.length > longestNote) throw invalid('body.note', `must be at most ${longestNote} characters`)
    const block = { id: this.outside.uuid(), kind, pattern, note, createdAt: this.outside.now() }
    this.take(await this.writes.run('blocks.add', { block, most: mostBlocks, by: byOf(caller, this.outside) }))
    return block
  }

  /** Refuses: as `mustBeAdmin`, block-unknown. */
  async remove(caller: Caller, id: string): Promise<void> {
    mustBeAdmin(caller)
    this.take(await this.writes.run('blocks.remove', { id, by: byOf(caller, this.outside) }))
  }

  refusesClient(client: string): boolean {
    return this.rules.fitClient(client)
  }

  /** Of the envelope ("" for bounces) or of the header. */
  refusesSender(address: string): boolean {
    return this.rules.fitSender(address)
  }

  /** As it was given. */
  refusesRecipient(address: string): boolean {
    return this.rules.fitRecipient(meant(address, this.operatorAddress))
  }

  /** Decoded. */
  refusesSubject(subject: string): boolean {
    return this.rules.fitSubject(subject)
  }

  /** Whether a mail's header must be read for them. */
  get readHeaders(): boolean {
    return this.rules.readHeaders
  }

  private take({ blocks, damaged: lost }: Stored): void {
    this.blocks = blocks
    this.rules = new BlockRules(blocks)
    for (const what of lost) {
      if (!this.toldOf.has(what)) this.found(damaged(what))
      this.toldOf.add(what)
    }
  }
}

function all(db: Db): Stored {
  const rows = db.select().from(blocks).orderBy(asc(blocks.key)).all()
  const sound = rows.filter((row) => isSound(row, blockCheck(row)))
  return {
    blocks: sound.map(({ id, kind, pattern, note, createdAt }) => ({ id, kind, pattern, note, createdAt })),
    // By its id it can be taken back.
    damaged: rows.filter((row) => !sound.includes(row)).map(({ key, id }) => `block rule ${key} (${id})`),
  }
}

/** Each answers what rules there are then. */
export const changes = {
  /** Refuses: quota-exceeded. */
  'blocks.add': (tx, { block, most, by }: { block: Block; most: number; by: By }): Stored => {
    const there = tx.db.select({ n: count() }).from(blocks).get()?.n ?? 0
    if (there >= most) throw new Refusal('quota-exceeded')
    tx.db
      .insert(blocks)
      .values({ ...block, checkValue: blockCheck(block) })
      .run()
    const { id, kind, pattern } = block
    record(tx, by, { accountId: null, what: 'block.added', target: id, detail: { kind, pattern } })
    return all(tx.db)
  },

  /** Refuses: block-unknown. */
  'blocks.remove': (tx, { id, by }: { id: string; by: By }): Stored => {
    const row = tx.db.select().from(blocks).where(eq(blocks.id, id)).get()
    if (!row) throw new Refusal('block-unknown')
    tx.db.delete(blocks).where(eq(blocks.id, id)).run()
    record(tx, by, {
      accountId: null,
      what: 'block.removed',
      target: id,
      detail: { kind: row.kind, pattern: row.pattern },
    })
    return all(tx.db)
  },
} satisfies Changes
