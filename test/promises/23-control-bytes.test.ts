// Promise 23: no control byte from an envelope or header reaches a log, a response header or the list of refusals.
import { expect, test } from 'bun:test'
import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { emptyDirectory, json, type Running, serve } from '../executable/launch.ts'
import { talk } from '../smtp/talk.ts'
import { figures, size } from './promise.ts'

const runs = size(25, 500)

// What ends a line, commands a terminal, turns text around or cannot be seen.
const evil = [
  '\0',
  '\x07',
  '\x08',
  '\t',
  '\x0b',
  '\x1b[31m',
  '\x1b]0;x\x07',
  '\x7f',
  '\x85',
  '\x9b2J',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
]
const ends = ['\r', '\n', '\r\n', '\r\nX-Injected: yes\r\n']
const forbidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const nasty = fc
  .array(fc.oneof(word, fc.constantFrom(...evil)), { minLength: 1, maxLength: 6 })
  .map((all) => all.join(''))
/** As it can stand in an encoded word or parameter: line ends too. */
const worse = fc
  .array(fc.oneof(word, fc.constantFrom(...evil, ...ends)), { minLength: 1, maxLength: 6 })
  .map((all) => all.join(''))
const raw8bit = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((all) => Buffer.from(all.filter((byte) => byte !== 10 && byte !== 13)))

const base64Word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
const quoted = (text: string): string =>
  `=?iso-8859-1?Q?${[...Buffer.from(text)].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')}?=`

const hostile = fc.record({
  helo: nasty,
  from: nasty,
  to: nasty,
  auth: nasty,
  subject: worse,
  name: worse,
  file: worse,
  raw: raw8bit,
})
type Hostile = typeof hostile extends fc.Arbitrary<infer Value> ? Value : never

const mailOf = ({ subject, name, file, raw }: Hostile): Buffer =>
  Buffer.concat([
    Buffer.from(
      `From: ${base64Word(name)} <a@b.test>\r\nTo: "${quoted(name)}" <box@mayfly.test>\r\nSubject: ${base64Word(subject)} ${quoted(subject)}\r\n` +
        `Message-ID: <${base64Word(name)}@b.test>\r\nX-Raw: `,
    ),
    raw,
    Buffer.from(
      '\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n' +
        `--bb\r\nContent-Type: text/plain; name="${base64Word(file)}"\r\nContent-Disposition: attachment; filename*=utf-8''${percent(file)}\r\n\r\nfile\r\n` +
        `--bb\r\nContent-Type: ${quoted(file)}/x\r\nContent-ID: <${base64Word(file)}>\r\nContent-Disposition: attachment; filename="`,
    ),
    raw,
    Buffer.from('"\r\n\r\nfile\r\n--bb--\r\n.\r\n'),
  ])

/** Says it all to the SMTP door, and answers the id of the mail that it took. */
async function send(server: Running, all: Hostile): Promise<string> {
  const client = await talk(server.smtp)
  await client.hear()
  await client.ask(`EHLO ${all.helo}`)
  await client.ask('EHLO client.example')
  await client.ask(`AUTH ${all.auth}`)
  await client.ask(`AUTH PLAIN ${all.auth}`)
  await client.ask(`${all.helo}`)
  await client.ask(`MAIL FROM:<${all.from}@b.test>`)
  await client.ask('RSET')
  await client.ask('MAIL FROM:<a@b.test>')
  await client.ask(`RCPT TO:<${all.to}@mayfly.test>`)
  await client.ask(`RCPT TO:<"${all.to}"@elsewhere.example>`)
  await client.ask('RCPT TO:<box@mayfly.test>')
  await client.ask('DATA')
  client.send(mailOf(all))
  const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(await client.hear())?.[1] ?? ''
  expect(id).not.toBe('')
  client.hangUp()
  return id
}

/** The head of an answer, as its bytes came. */
async function headOf(server: Running, path: string): Promise<string> {
  const socket = connect(server.http, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1')
  })
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  await once(socket, 'close')
  return heard.slice(0, heard.indexOf('\r\n\r\n'))
}

async function headsAreClean(server: Running, id: string): Promise<number> {
  const message = `/mayfly/v1/messages/${id}`
  const { attachments } = await json<{ attachments: unknown[] }>(`http://127.0.0.1:${server.http}${message}`)
  const paths = ['', '/raw', '/raw?download=true', '/html', ...attachments.map((_, n) => `/attachments/${n}`)].map(
    (end) => message + end,
  )
  for (const path of [...paths, '/mayfly/v1/mailboxes/box@mayfly.test/messages']) {
    const head = await headOf(server, path)
    expect(head).toStartWith('HTTP/1.1 ')
    for (const line of head.split('\r\n')) {
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
      expect(line).not.toMatch(/^x-injected/i)
    }
  }
  return paths.length
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap((pair) => pair.flatMap(textsOf))
    : []
}

test.each(['json', 'pretty'] as const)(
  `promise 23: no control byte reaches a log (%s), a response header or the refusals, in ${runs} hostile mails`,
  async (format) => {
    using directory = emptyDirectory()
    await using server = await serve(directory, {
      MAYFLY_LOG_FORMAT: format,
      MAYFLY_LOG_LEVEL: 'debug',
      MAYFLY_SMTP_MAX_ERRORS: '1000',
    })
    let heads = 0
    await fc.assert(
      fc.asyncProperty(hostile, async (all) => {
        heads += await headsAreClean(server, await send(server, all))
      }),
      { numRuns: runs },
    )
    const token = /until the next start: (\S+)/.exec(server.greeting)?.[1] ?? ''
    const { items } = await json<{ items: unknown[] }>(`${server.api}/refusals?limit=100`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(items.length).toBeGreaterThan(0)
    for (const text of textsOf(items)) expect(text).not.toMatch(/[\n]/)
    for (const text of textsOf(items)) expect(text).not.toMatch(forbidden)
    const log = server.log()
    expect(log).toContain('mail taken')
    expect(log).toContain('mail refused')
    expect(log).not.toMatch(forbidden)
    if (format === 'json') {
      for (const line of log.trimEnd().split('\n')) {
        const fields: Record<string, unknown> = JSON.parse(line)
        for (const text of textsOf(fields)) expect(text).not.toMatch(forbidden)
      }
    } else expect(log.split('\n').filter((line) => /^X-Injected/i.test(line))).toEqual([])
    figures(
      `${format}: ${runs} hostile mails, ${heads} heads of answers and ${log.split('\n').length} lines of log clean`,
    )
  },
  600_000,
)
