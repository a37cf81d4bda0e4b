// Mail that the operator will not have: by sender, recipient, subject or network. Rules are kept in memory, so that they
// cost a mail nothing to speak of, and are in force at once.
import { asc, eq } from 'drizzle-orm'
import { actorOf, type Caller, mustBeAdmin } from '../accounts/caller.ts'
import { isNetwork, Networks } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Writes } from '../storage/change.ts'
import { blockCheck, mustBeSound } from '../storage/row-checks.ts'
import { blocks } from '../storage/schema.ts'

export const blockKinds = ['sender', 'recipient', 'subject', 'network'] as const
export type BlockKind = (typeof blockKinds)[number]

export type Block = { id: string; kind: BlockKind; pattern: string; note: string; createdAt: number }

const mostBlocks = 10_000

export class Blocks {
  private rules: readonly Block[] = []
  private networks = new Networks([])

  constructor(
    private readonly writes: Writes<typeof changes>,
    private readonly outside: Outside,
  ) {}

  /** Takes up the rules that were made before a restart. */
  async load(): Promise<void> {
    this.take(await this.writes.run('blocks.all', null))
  }

  /** Oldest first. Refuses: as `mustBeAdmin`. */
  list(caller: Caller): readonly Block[] {
    mustBeAdmin(caller)
    return this.rules
  }

  /**
   * Makes a rule. `*` in a pattern stands for any text. A sender's or recipient's is an address, or a domain for all of its
   * addresses; a subject's is looked for anywhere in it, unless it has a `*`; a network's is a CIDR or an address.
   * Refuses: as `mustBeAdmin`, invalid-request, quota-exceeded.
   */
  async add(caller: Caller, wish: { kind: BlockKind; pattern: string; note?: string | undefined }): Promise<Block> {
    mustBeAdmin(caller)
    const pattern = wish.pattern.trim().toLowerCase()
    if (pattern.replaceAll('*', '') === '')
      throw invalid('body.pattern', 'must be more than "*", which would refuse all mail')
    if (wish.kind === 'network' && !isNetwork(pattern)) {
      throw invalid('body.pattern', 'must be a network, like 192.0.2.0/24, or an address')
    }
    if (this.rules.length >= mostBlocks) throw new Refusal('quota-exceeded')
    const block = {
      id: this.outside.uuid(),
      kind: wish.kind,
      pattern,
      note: wish.note ?? '',
      createdAt: this.outside.now(),
    }
    this.take(await this.writes.run('blocks.add', { block, by: this.by(caller) }))
    return block
  }

  /** Refuses: as `mustBeAdmin`, block-unknown. */
  async remove(caller: Caller, id: string): Promise<void> {
    mustBeAdmin(caller)
    this.take(await this.writes.run('blocks.remove', { id, by: this.by(caller) }))
  }

  refusesClient(client: string): boolean {
    return this.networks.has(client)
  }

  refusesSender(address: string): boolean {
    return this.refuses('sender', address, fitsAddress)
  }

  refusesRecipient(address: string): boolean {
    return this.refuses('recipient', address, fitsAddress)
  }

  refusesSubject(subject: string): boolean {
    return this.refuses('subject', subject, fitsSubject)
  }

  private refuses(kind: BlockKind, text: string, fits: (pattern: string, text: string) => boolean): boolean {
    if (this.rules.length === 0) return false
    const lower = text.toLowerCase()
    return this.rules.some((rule) => rule.kind === kind && fits(rule.pattern, lower))
  }

  private take(rules: readonly Block[]): void {
    this.rules = rules
    this.networks = new Networks(rules.flatMap(({ kind, pattern }) => (kind === 'network' ? [pattern] : [])))
  }

  private by(caller: Caller): By {
    return { ...actorOf(caller), at: this.outside.now() }
  }
}

function fitsAddress(pattern: string, address: string): boolean {
  if (pattern === '<>') return address === ''
  if (pattern.startsWith('@')) return fitsGlob(`*${pattern}`, address)
  if (!pattern.includes('@')) return fitsGlob(pattern, address.slice(address.lastIndexOf('@') + 1))
  return fitsGlob(pattern, address)
}

const fitsSubject = (pattern: string, subject: string): boolean =>
  pattern.includes('*') ? fitsGlob(pattern, subject) : subject.includes(pattern)

/** Whether a text is what a pattern says, where `*` is any text. Each part is looked for once, so that it takes no long time. */
export function fitsGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return text === first
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

type Row = typeof blocks.$inferSelect

function asBlock(row: Row): Block {
  mustBeSound(row, blockCheck(row), `block rule ${row.key}`)
  const { id, kind, pattern, note, createdAt } = row
  return { id, kind, pattern, note, createdAt }
}

const all = ({ db }: Parameters<Changes[string]>[0]): Block[] =>
  db.select().from(blocks).orderBy(asc(blocks.key)).all().map(asBlock)

/** Each answers all rules that there are then. */
export const changes = {
  'blocks.all': (tx, _: null): Block[] => all(tx),

  'blocks.add': (tx, { block, by }: { block: Block; by: By }): Block[] => {
    tx.db
      .insert(blocks)
      .values({ ...block, checkValue: blockCheck(block) })
      .run()
    const { id, kind, pattern } = block
    record(tx, by, { accountId: null, what: 'block.added', target: id, detail: { kind, pattern } })
    return all(tx)
  },

  /** Refuses: block-unknown. */
  'blocks.remove': (tx, { id, by }: { id: string; by: By }): Block[] => {
    const row = tx.db.select().from(blocks).where(eq(blocks.id, id)).get()
    if (!row) throw new Refusal('block-unknown')
    tx.db.delete(blocks).where(eq(blocks.id, id)).run()
    record(tx, by, {
      accountId: null,
      what: 'block.removed',
      target: id,
      detail: { kind: row.kind, pattern: row.pattern },
    })
    return all(tx)
  },
} satisfies Changes
