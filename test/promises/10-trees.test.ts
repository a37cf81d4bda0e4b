// Promise 10, its second half: where an expected parse tree stands beside a mail of the corpus, the digest agrees with it.
import { expect, test } from 'bun:test'
import { differences } from './10-differences.ts'
import { disagreeing, exists, type Facts, factsOf, isHere, mails, read, withCrlf, withLf } from './corpus.ts'
import { figures } from './promise.ts'
import { factsOfMime4j } from './trees-mime4j.ts'
import { factsOfStalwart } from './trees-stalwart.ts'

/** A tree: its name in the table of differences, what it says, and the bytes that it is about. */
type Tree = { name: string; says: Facts; mail: Buffer }

async function treesOf(file: string): Promise<Tree[]> {
  const name = file.replace(/\.\w+$/, '')
  const mail = read(file)
  const found: Tree[] = []
  if (exists(`${name}.json`))
    found.push({ name, says: factsOfStalwart(read(`${name}.json`).toString()), mail: withLf(mail) })
  if (exists(`${name}.crlf.json`))
    found.push({ name, says: factsOfStalwart(read(`${name}.crlf.json`).toString()), mail: withCrlf(mail) })
  if (exists(`${name}_decoded.xml`)) found.push({ name, says: factsOfMime4j(name), mail })
  if (exists(`${name}.out`)) found.push({ name: `${name} out`, says: await factsOf(read(`${name}.out`)), mail })
  return found
}

test.if(isHere)(
  'promise 10: digests agree with every tree that stands beside a mail, but for the differences of the table (skipped where ../shared/corpus is absent: it is read from there)',
  async () => {
    const found = new Set<string>()
    let compared = 0
    let trees = 0
    for (const file of mails) {
      for (const { name, says, mail } of await treesOf(file)) {
        trees++
        compared += Object.keys(says).length
        for (const what of disagreeing(says, await factsOf(mail))) found.add(`${name} ${what}`)
      }
    }
    const table = Object.values(differences).flat()
    expect([...found].sort()).toEqual(table.toSorted())
    expect(trees).toBe(107 + 107 + 80 + 80)
    expect(compared).toBeGreaterThan(2_500)
    figures(`${trees} trees, ${compared} facts compared, ${table.length} differences, each explained`)
  },
  120_000,
)
