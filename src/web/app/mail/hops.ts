// The path of a mail through the servers that took it, out of its `Received` fields (RFC 5321 §4.4).

export type Hop = {
  from: string | null
  by: string | null
  protocol: string | null
  /** Epoch milliseconds. */
  at: number | null
  /** Milliseconds since the hop before; null where that cannot be told, below 0 where a clock was wrong. */
  delay: number | null
}

type Field = { name: string; value: string }

/** In the order in which the mail went; `headers` as they stand, the latest first. */
export function hopsOf(headers: readonly Field[]): Hop[] {
  const fields = headers.filter(({ name }) => name.toLowerCase() === 'received').reverse()
  let before: number | null = null
  return fields.map(({ value }) => {
    const hop = hopOf(value)
    const delay = before === null || hop.at === null ? null : hop.at - before
    before = hop.at ?? before
    return { ...hop, delay }
  })
}

function hopOf(value: string): Omit<Hop, 'delay'> {
  const line = value.replace(/\s+/g, ' ').slice(0, 4000)
  const stamp = line.lastIndexOf(';')
  const clauses = stamp < 0 ? line : line.slice(0, stamp)
  return {
    from: clause(clauses, 'from'),
    by: clause(clauses, 'by'),
    protocol: clause(clauses, 'with'),
    at: stamp < 0 ? null : instantOf(line.slice(stamp + 1)),
  }
}

/** What a word of RFC 5321 §4.4 stands before, with the comment behind it. */
function clause(text: string, word: string): string | null {
  const [, found] = new RegExp(`(?:^|\\s)${word} (\\S+(?: \\([^()]*\\))?)`, 'i').exec(text) ?? []
  return found ?? null
}

function instantOf(written: string): number | null {
  // A comment, mostly the zone's name.
  const at = Date.parse(written.replace(/\([^()]*\)/g, ' ').trim())
  return Number.isNaN(at) ? null : at
}

/** The fields of a header as it is written, unfolded. */
export function fieldsOf(head: string): Field[] {
  return head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return colon <= 0 ? [] : [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }]
    })
}
