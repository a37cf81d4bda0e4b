// Mail that is broken or means harm: it is taken, kept byte for byte, shown as far as it can be, and hurts nobody else.
import { describe, expect, test } from 'bun:test'
import { emptyDirectory, json, type Running, serve } from './launch.ts'
import { Conversation } from './sender.ts'

type Shown = {
  digest: string
  subject: string
  text: string | null
  html: string | null
  notes: string[]
  size: number
}

/** Sends bytes (dot-stuffed here) and answers the message's id. */
async function send(server: Running, mail: Uint8Array): Promise<string> {
  const talk = await Conversation.open(server.smtp)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', 'RCPT TO:<box@mayfly.test>', 'DATA']) {
    await talk.say(`${line}\r\n`)
  }
  talk.sendBytes(mail)
  const answer = await talk.say('\r\n.\r\n')
  talk.close()
  return /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1] ?? answer
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const mail = (type: string, encoding: string, body: string): Uint8Array =>
  bytes(
    `From: a@sender.test\r\nSubject: odd\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
  )

const odd: [string, Uint8Array, Partial<Shown>][] = [
  [
    'an unknown charset',
    mail('text/plain; charset=klingon-8', '8bit', 'nuq\xe9'),
    { text: expect.stringContaining('nuq') },
  ],
  [
    'a charset that is a lie',
    mail('text/plain; charset=utf-8', '8bit', 'caf\xe9 \xff\xfe'),
    { text: expect.stringContaining('caf') },
  ],
  [
    'utf-7',
    mail('text/plain; charset=utf-7', '7bit', '+ADw-script+AD4-'),
    { text: expect.stringContaining('+ADw-script') },
  ],
  ['base64 that is none', mail('text/plain', 'base64', '!!!! not *** base64 ===='), {}],
  [
    'base64 that ends in the middle',
    mail('text/plain', 'base64', 'SGVsbG8gd29ybG'),
    { text: expect.stringContaining('Hello wor') },
  ],
  [
    'quoted-printable that is none',
    mail('text/plain', 'quoted-printable', 'a=ZZ=\r\n=4=G1=3'),
    { text: expect.stringContaining('a') },
  ],
  ['an encoding that nobody knows', mail('text/plain', 'x-rot13', 'Uryyb'), { text: expect.stringContaining('Uryyb') }],
  ['NUL bytes', bytes('Subject: n\0ul\r\n\r\na\0b'), { text: expect.stringContaining('b') }],
  ['no header at all', bytes('\r\njust a body'), { subject: '', text: expect.stringContaining('just a body') }],
  ['a header that never ends', bytes(`Subject: x\r\n${'X-Long: y\r\n'.repeat(500)}`), { subject: 'x' }],
  ['broken encoded words', bytes('Subject: =?utf-8?B?####?= =?x?Q?=ZZ?= =?utf-8?Q?open\r\n\r\n'), {}],
  ['a boundary that never comes', mail('multipart/mixed; boundary=there', '7bit', '--elsewhere\r\n\r\ntext'), {}],
  [
    'parts that never end',
    mail('multipart/mixed; boundary=b', '7bit', '--b\r\nContent-Type: text/plain\r\n\r\nopen end'),
    { text: expect.stringContaining('open end') },
  ],
  [
    'parts in parts in parts',
    bytes(
      Array.from({ length: 200 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join(
        '',
      ),
    ),
    { notes: expect.arrayContaining(['mime-too-deep']) },
  ],
  [
    'a thousand attachments',
    mail('multipart/mixed; boundary=b', '7bit', '--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n'.repeat(1000)),
    { notes: expect.arrayContaining(['too-many-parts']) },
  ],
  [
    'addresses in groups in groups',
    bytes(`To: ${'g:'.repeat(50_000)}\r\nSubject: groups\r\n\r\n`),
    { subject: 'groups' },
  ],
  [
    'two megabytes of open tags',
    mail('text/html', '7bit', `${'<div>'.repeat(200)}\r\n`.repeat(2000)),
    { digest: 'ready' },
  ],
  ['nothing', bytes(''), { subject: '' }],
]

describe('a mail with', () => {
  test('every oddity below is taken, kept as it came, and read as far as it can be', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
    for (const [what, sent, expected] of odd) {
      const id = await send(server, sent)
      const raw = await fetch(`${server.api}/messages/${id}/raw`)
      // The end of data brings its own line end (RFC 5321 §4.1.1.4).
      const back = Buffer.from(await raw.arrayBuffer())
      expect([what, back.equals(Buffer.concat([sent, bytes('\r\n')]))]).toEqual([what, true])
      const shown = await json<Shown>(`${server.api}/messages/${id}`)
      expect({ what, ...shown }).toMatchObject({ what, digest: 'ready', ...expected })
      expect((await fetch(`${server.api}/messages/${id}/html`)).status).toBe(200)
    }
    const { items } = await json<{ items: object[] }>(`${server.api}/mailboxes/box@mayfly.test/messages?limit=100`)
    expect(items).toHaveLength(odd.length)
    expect(server.log()).toBe('')
  })
})
