// Promise 26: no regular expression takes over 50 ms on 1 MB of hostile input.
//
// `recheck` looks at each of the source for inputs that make it slow, and those it finds are run at 1 MB; besides, each
// is run on 1 MB of what parsers stumble over, and so are the functions that read mail, with the libraries below them.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { check } from 'recheck'
import { candidates } from '../../src/messages/code-candidates.ts'
import { codes } from '../../src/messages/codes.ts'
import { contacts } from '../../src/messages/contacts.ts'
import { digest } from '../../src/messages/digest.ts'
import { safeName } from '../../src/messages/file-name.ts'
import { decodeText, fields } from '../../src/messages/header-fields.ts'
import { htmlText } from '../../src/messages/html-text.ts'
import { links } from '../../src/messages/links.ts'
import { mailDate } from '../../src/messages/mail-date.ts'
import { safeCss } from '../../src/messages/safe-css.ts'
import { sanitise } from '../../src/messages/sanitise.ts'
import { topHeaders } from '../../src/messages/top-headers.ts'
import { bounded } from './26-bounded.ts'
import { figures, isFull, size } from './promise.ts'
import { attackOf, best, type Trial } from './regex-times.ts'
import { type Regex, regexesOfSource } from './regexes.ts'

const megabyte = 1_000_000
const promised = 50

/** What parsers stumble over, to be repeated. */
const pumps = [
  ...[
    'a',
    'A',
    '0',
    '-',
    '_',
    '.',
    ',',
    ';',
    ':',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '"',
    "'",
    '\\',
    '/',
    '*',
    '&',
    '%',
    '@',
  ],
  ...[
    '<',
    '>',
    '(',
    ')',
    '[',
    '=',
    '+',
    '?',
    '#',
    '~',
    'é',
    '٣',
    '中',
    '\u200b',
    '\ud83d\ude00',
    '\ud800',
    ' a',
    'a ',
    '0 ',
  ],
  ...[
    '0-',
    '00 ',
    '+-',
    'A-',
    'a.',
    'a@',
    '@a',
    'x*',
    '1,',
    'g:',
    '=?',
    '?=',
    '=?utf-8?Q?',
    '=?utf-8?B?YQ==?= ',
    '=41',
  ],
  ...[
    '&#',
    '&#x41',
    '&amp',
    '<a ',
    '<a>',
    '</a',
    '<!--',
    '-->',
    '<![CDATA[',
    '<p style="',
    '<style>',
    '<li>',
    'a="b" ',
  ],
  ...[
    'url(',
    '/*',
    '*/',
    '\\41 ',
    '@import',
    'expression(',
    'https://',
    'https://a.b/',
    'www.',
    'code ',
    'code: 1 ',
    '\n> ',
  ],
  ...['<a@b>', '"a" <a@b>, ', '(a ', 'filename*0=a;', 'cid:', 'data:image/png;base64,', 'srcset="a 1x, '],
]

const boundOf = ({ source }: Regex) => bounded.find((one) => source.startsWith(one.source))

/** Asked of the compiler once for all tests. */
let asked: Promise<Regex[]> | undefined
function everyRegex(): Promise<Regex[]> {
  asked ??= regexesOfSource()
  return asked
}

async function timesOf(trials: Trial[]): Promise<number[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'regex-times.ts')], {
    stdin: new Blob([JSON.stringify(trials)]),
    stdout: 'pipe',
    timeout: size(30_000, 300_000),
  })
  const said = (await new Response(child.stdout).text()).trim().split('\n').filter(Boolean).map(Number)
  return trials.map((_, at) => said[at] ?? Number.POSITIVE_INFINITY)
}

/** The inputs that recheck has found to be slow for one; `undecided` where it found no answer in time. */
async function attacksOn(regex: Regex): Promise<{ trials: Trial[]; undecided: boolean }> {
  const found = await check(regex.source, regex.flags, { timeout: size(150, 30_000) })
  if (found.status !== 'vulnerable') return { trials: [], undecided: found.status === 'unknown' }
  const { pumps, suffix } = found.attack
  const prefix = pumps.map((pump) => pump.prefix)
  const length = boundOf(regex)?.characters ?? megabyte
  const trials = pumps.map(({ pump }, at) => ({
    ...{ source: regex.source, flags: regex.flags, pump, suffix, length },
    prefix: prefix.slice(0, at + 1).join(''),
  }))
  return { trials, undecided: false }
}

test(`promise 26: no regular expression of the source takes over ${promised} ms on the hostile input that recheck finds for it`, async () => {
  const all = await everyRegex()
  expect(all.length).toBeGreaterThan(150)
  const trials: Trial[] = []
  let undecided = 0
  let flagged = 0
  const left = [...all]
  const look = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const found = await attacksOn(next)
      trials.push(...found.trials)
      if (found.trials.length > 0) flagged++
      if (found.undecided) undecided++
    }
  }
  await Promise.all([look(), look()])
  const times = await timesOf(trials)
  const slow = trials.filter((_, at) => (times[at] ?? 0) > promised).map(({ source, flags }) => `/${source}/${flags}`)
  expect(slow).toEqual([])
  if (isFull) expect(undecided).toBe(0)
  figures(
    `${all.length} regular expressions, ${flagged} with inputs that recheck calls slow, ${undecided} undecided, the slowest ${Math.round(Math.max(0, ...times))} ms`,
  )
}, 900_000)

test(`promise 26: no regular expression of the source takes over ${promised} ms on much of what parsers stumble over`, async () => {
  const trials = (await everyRegex()).flatMap((regex) =>
    pumps.map((pump) => ({
      ...{ source: regex.source, flags: regex.flags, prefix: '', pump, suffix: '\n!' },
      length: boundOf(regex)?.characters ?? size(10_000, megabyte),
    })),
  )
  const times = await timesOf(trials)
  const slow = trials
    .filter((_, at) => (times[at] ?? 0) > promised)
    .map(({ source, flags, pump }) => `/${source.slice(0, 60)}/${flags} on ${JSON.stringify(pump)}`)
  expect(slow).toEqual([])
  figures(`${trials.length} more trials, the slowest ${Math.round(Math.max(...times))} ms`)
}, 900_000)

test('promise 26: each bound of the table is of a regular expression that is there', async () => {
  const all = await everyRegex()
  for (const { source } of bounded) {
    const regex = all.find((one) => one.source.startsWith(source))
    expect([source, regex !== undefined]).toEqual([source, true])
  }
}, 60_000)

const inline = { remote: true, inlineUrl: () => null }

/** What reads mail, and how long it may take over 1 MB: those that parse html or mail do more than match. */
const readers: [name: string, milliseconds: number, read: (text: string) => unknown][] = [
  ['candidates', promised * 2, (text) => candidates(text.slice(0, 64 * 1024))],
  ['codes', promised * 2, (text) => codes('', text)],
  ['mailDate', promised, (text) => mailDate(text)],
  ['safeName', promised, (text) => safeName(text)],
  ['decodeText', 1000, (text) => decodeText(text.slice(0, 8_000))],
  ['contacts', 1000, (text) => contacts(text, 500, 77_000)],
  ['fields', 250, (text) => fields(Buffer.from(text, 'latin1'))],
  ['topHeaders', 250, (text) => topHeaders(Buffer.from(`To: ${text}\r\nSubject: ${text}`, 'latin1'))],
  ['links', 1000, (text) => links(null, text)],
  ['safeCss', 1000, (text) => safeCss(text, () => null)],
  ['htmlText', 2000, (text) => htmlText(text, megabyte)],
  ['sanitise', 5000, (text) => sanitise(text, inline)],
]

test.each(readers)(
  'promise 26: %s is done with any hostile text within %i ms',
  (name, milliseconds, read) => {
    const slow = pumps.flatMap((pump) => {
      const text = attackOf({ prefix: '', pump, suffix: '\n!', length: size(100_000, megabyte) })
      const taken = best(() => read(text), milliseconds)
      return taken > milliseconds ? [`${name} of ${JSON.stringify(pump)}: ${Math.round(taken)} ms`] : []
    })
    expect(slow).toEqual([])
  },
  900_000,
)

test('promise 26: a digest of any hostile text, in each place of a mail, is done before its deadline', async () => {
  const slow: string[] = []
  let worst = 0
  for (const pump of pumps.filter((_, at) => isFull || at % 5 === 0)) {
    const text = attackOf({ prefix: '', pump, suffix: '', length: size(100_000, megabyte) }).replaceAll('\ud800', 'x')
    const oneLine = text.replace(/[\r\n]/g, ' ')
    const inHeader = oneLine.slice(0, 250_000)
    for (const mail of [
      `Content-Type: text/plain\r\n\r\n${text}`,
      `Content-Type: text/html\r\n\r\n${text}`,
      `To: ${inHeader}\r\n\r\n`,
      `Subject: ${inHeader}\r\nReferences: ${inHeader}\r\n\r\n`.slice(0, 500_000),
      `Content-Type: multipart/mixed; boundary=${inHeader}\r\n\r\n--${inHeader}\r\n\r\nx`,
      `Content-Type: text/plain; ${inHeader}\r\nContent-Disposition: attachment; ${inHeader}\r\n\r\nx`,
    ]) {
      const began = performance.now()
      await digest(Buffer.from(mail))
      const taken = performance.now() - began
      worst = Math.max(worst, taken)
      if (taken > 2000) slow.push(`${mail.slice(0, 60)} ${JSON.stringify(pump)}: ${Math.round(taken)} ms`)
    }
  }
  expect(slow).toEqual([])
  figures(`the slowest digest of 1 MB ${Math.round(worst)} ms`)
}, 900_000)
