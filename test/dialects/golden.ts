// Holds an API's answers against those in golden/NAME.json. To write them anew, after a change that is meant:
//   MAYFLY_GOLDEN=write bun test test/dialects/golden
// and look through what git shows.
import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { FormatRegistry, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type Answer, at, listIn } from '../http/serve.ts'

/** A call of an API, by what it shows. */
export type Scenes = Record<string, () => Promise<Answer>>

type Kept = { status: number; headers: Record<string, string>; body: unknown }

/** Those that a client of the API goes by; the rest is the same in all answers, or of the moment. */
const keptHeaders = [
  'content-type',
  'www-authenticate',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]
const isWriting = Bun.env['MAYFLY_GOLDEN'] === 'write'

/** `schemas`: what the API's document says that its answers are. */
export function keepsItsAnswers(name: string, schemas: Record<string, TSchema>, scenes: Scenes): void {
  const file = Bun.file(join(import.meta.dir, 'golden', `${name}.json`))
  const found: Record<string, Kept> = {}
  describe(name, () => {
    for (const [scene, play] of Object.entries(scenes)) {
      test(scene, async () => {
        const kept = keptOf(await play())
        found[scene] = kept
        if (typeof kept.body === 'object' && kept.body && !isEmptyList(kept))
          expect([scene, namesOf(schemas, kept)]).toEqual([scene, [expect.any(String)]])
        if (isWriting) return
        const golden: Record<string, Kept> = await file.json()
        // As text: the order of fields is compared too.
        expect(lines(kept)).toBe(lines(golden[scene]))
      })
    }
    test('no answer is kept that nothing asks for', async () => {
      if (!isWriting) expect(Object.keys(await file.json())).toEqual(Object.keys(scenes))
    })
  })
  afterAll(async () => {
    if (isWriting) await file.write(`${lines(found)}\n`)
  })
}

for (const [format, pattern] of [
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/],
] as const) {
  if (!FormatRegistry.Has(format)) FormatRegistry.Set(format, (text) => pattern.test(text))
}

/** Which fits a list of anything. */
const isEmptyList = ({ body }: Kept): boolean => Array.isArray(at(body, 'items')) && listIn(body, 'items').length === 0

/** The schemas that an answer fits, without a field more. */
const namesOf = (schemas: Record<string, TSchema>, { body }: Kept): string[] =>
  Object.keys(schemas).filter((name) => {
    const schema = schemas[name]
    return schema && Value.Check(schema, body) && Value.Equal(Value.Clean(schema, Value.Clone(body)), body)
  })

const lines = (value: unknown): string => JSON.stringify(value, null, 2)

function keptOf({ status, headers, body }: Answer): Kept {
  const said = keptHeaders.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  const isJson = headers.get('content-type')?.startsWith('application/json')
  const text = steady(body)
  return { status, headers: Object.fromEntries(said), body: text === '' ? null : isJson ? JSON.parse(text) : text }
}

/** With ids, addresses and tokens that chance made numbered as they come, and without the port. */
function steady(body: string): string {
  const numbered = (pattern: RegExp, name: (n: number) => string) => (text: string) => {
    const names = new Map<string, string>()
    return text.replace(pattern, (found) => {
      const known = names.get(found) ?? name(names.size + 1)
      names.set(found, known)
      return known
    })
  }
  const ids = numbered(
    /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g,
    (n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  )
  const ulids = numbered(/(?<=["/])0[0-9A-HJKMNP-TV-Z]{25}(?=["/#])/g, (n) => String(n).padStart(26, '0'))
  const addresses = numbered(/[a-z]+-[a-z]+-\d{4}(?=[@"])/g, (n) => `random-${n}`)
  const tokens = numbered(/(inv_|mayfly-|tm_pro_|whsec_|(?<=#))[0-9A-Za-z]{32,}/g, (n) => `token-${n}`)
  const jwts = numbered(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, (n) => `jwt-${n}`)
  const ports = numbered(/127\.0\.0\.1:\d+/g, () => '127.0.0.1')
  return [ids, ulids, addresses, tokens, jwts, ports].reduce((text, steadied) => steadied(text), body)
}
