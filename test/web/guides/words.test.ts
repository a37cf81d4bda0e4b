// What the guides say of errors, variables and calls, against what there is.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { answers as reasons } from '../../../src/dialects/native/errors.ts'
import { openapi } from '../../../src/http/openapi.ts'
import { type ApiName, apiNames, apis, chosen } from '../../../src/web/app/guides/apis.ts'
import { type Call, type Calls, variablesOf } from '../../../src/web/app/guides/call.ts'
import { linesOf } from '../../../src/web/app/guides/lines.ts'
import { guides as de } from '../../../src/web/app/words/de/guides/guides.ts'
import { guides as en } from '../../../src/web/app/words/en/guides/guides.ts'
import { guides as ru } from '../../../src/web/app/words/ru/guides/guides.ts'
import { at } from '../../http/serve.ts'

const foreign = apiNames.filter((name) => name !== 'native')

test("a foreign API's guide has each error that its README has, with its status, and no other", async () => {
  for (const name of foreign) {
    const readme = await Bun.file(join(import.meta.dir, `../../../src/dialects/${name}/README.md`)).text()
    const rows = [...readme.matchAll(/^\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|/gm)]
    const told = rows.flatMap(([, status, codes = '']) =>
      codes.split(', ').map((code) => `${status} ${code.replaceAll('`', '')}`),
    )
    const shown = apis[name].errors.map(([status, code]) => `${status} ${code}`)
    expect([name, [...new Set(shown)].sort()]).toEqual([name, [...new Set(told)].sort()])
  }
})

test("the errors of the native guide are the server's", () => {
  for (const [status, code] of apis.native.errors) {
    const answer = Object.entries(reasons).find(([reason]) => reason === code)?.[1]
    expect([code, code === 'internal' ? 500 : answer?.[0]]).toEqual([code, status])
  }
})

/** The path of a call as a document names it: without what is asked for, and with any names in it. */
const plain = (path: string): string =>
  path
    .replace(/\?.*/, '')
    .replace('{VIEW_PATH}', '/view/{}/')
    .replace(/\{\w+\}/g, '{}')
    .replace(/mail\.example\.net/, '{}')
    .replace(/attachments\/0$/, 'attachments/{}')

/** What a document has and its guide shows no example of. */
const untold = new Map([
  ['GET /api/ws', 'a WebSocket, for which neither curl nor Python has a client of its own: told of in prose'],
  ['DELETE /api/accounts/{}', 'a mailbox by its own id ends as by its token'],
  ['POST /mayfly/v1/payments/stripe', 'only Stripe can sign it'],
  ['POST /mayfly/v1/payments/lightning', 'only the BTCPay server can sign it'],
])

test("every call of a guide is in the API's document, and every one of the document in the guide, but for a few", async () => {
  const missed = new Set<string>()
  for (const name of apiNames) {
    const calls: Call[] = Object.values<Call>(apis[name].calls)
    const told = new Set(calls.map(({ method, path }) => `${method} ${plain(path)}`))
    const paths = Object.entries(Object(at(await openapi(name), 'paths')))
    const listed = paths.flatMap(([path, item]) =>
      Object.keys(Object(item)).map((method) => `${method.toUpperCase()} ${plain(path)}`),
    )
    expect([name, [...told].filter((one) => !listed.includes(one))]).toEqual([name, []])
    const left = listed.filter((one) => !told.has(one))
    expect([name, left.filter((one) => !untold.has(one))]).toEqual([name, []])
    for (const one of left) missed.add(one)
  }
  // No exception outlives its reason.
  expect([...missed].sort()).toEqual([...untold.keys()].sort())
})

test('whatever an example needs comes from an earlier answer, or is one of the variables that a reader chooses', () => {
  for (const name of apiNames) {
    const known = new Set<string>(chosen)
    const calls: Calls = apis[name].calls
    for (const [id, call] of Object.entries(calls)) {
      expect([name, id, variablesOf(call).filter((one) => !known.has(one))]).toEqual([name, id, []])
      for (const one of Object.keys(call.keep ?? {})) known.add(one)
    }
  }
})

test('all languages put the same values into a sentence, and say the same code', () => {
  const marks = (text: unknown): string[] => (JSON.stringify(text) ?? '').match(/\{\w+\}|`[^`]+`|\]\([^)]+\)/g) ?? []
  for (const other of [de, ru]) {
    for (const [key, text] of Object.entries(en.says)) {
      const said = Object.entries(other.says).find(([one]) => one === key)?.[1]
      expect([key, [...new Set(marks(said))].sort()]).toEqual([key, [...new Set(marks(text))].sort()])
    }
    for (const name of apiNames) {
      const calls = (words: typeof en, api: ApiName) => [...new Set(marks(words.apis[api]))].sort()
      expect([name, calls(other, name)]).toEqual([name, calls(en, name)])
      expect([name, other.apis[name].steps.length]).toEqual([name, en.apis[name].steps.length])
    }
  }
})

test('what a reader puts in cannot end a string, a line or a command', () => {
  const call: Call = {
    group: 'mail',
    method: 'POST',
    path: '/{A}/x$y`z',
    body: { quote: `it's "{A}" \\ {B}` },
    status: 200,
  }
  const given = { base: 'http://h', known: { A: 'a-1' } }
  expect(linesOf(call, 'curl', given)).toContain(`'{"quote":"it'\\''s \\"a-1\\" \\\\ '"$B"'"}'`)
  expect(linesOf(call, 'curl', given)).toContain("'http://h/a-1/x$y`z'")
  expect(linesOf(call, 'JavaScript', given)).toContain('`it\'s "a-1" \\\\ $' + '{process.env.B}`')
  expect(linesOf(call, 'Python', given)).toContain(`f"it's \\"a-1\\" \\\\ {os.environ['B']}"`)
})
