import { expect, test } from 'bun:test'
import { createTransport } from 'nodemailer'
import { openDoor } from './door.ts'

const tls = { rejectUnauthorized: false }
const auth = { user: 'user-name', pass: 'pass-word' }

test.each([
  ['in the clear', {}, 'ESMTP'],
  ['in the clear with a password', { auth }, 'ESMTPA'],
  ['in the clear with LOGIN', { auth, authMethod: 'LOGIN' }, 'ESMTPA'],
  ['by STARTTLS', { tls, requireTLS: true }, 'ESMTPS'],
  ['by STARTTLS with a password', { tls, requireTLS: true, auth }, 'ESMTPSA'],
  ['by TLS', { tls, secure: true }, 'ESMTPS'],
  ['by TLS with a password', { tls, secure: true, auth }, 'ESMTPSA'],
] as const)('nodemailer sends %s', async (_how, options, protocol) => {
  await using door = await openDoor()
  const secure = 'secure' in options
  const transport = createTransport({
    host: '127.0.0.1',
    port: secure ? door.tlsPort : door.port,
    ignoreTLS: !('tls' in options),
    ...options,
  })
  const attachment = Buffer.alloc(300_000, '.\r\n..\r\n\0')
  const info = await transport.sendMail({
    from: 'Jörg <jörg@sender.example>',
    to: ['one@mayfly.test', 'Zwei <zwei@mayfly.test>'],
    subject: 'Grüße',
    text: '.\r\n..\r\nhello',
    attachments: [{ filename: 'dots.bin', content: attachment }],
  })
  transport.close()
  expect(info.accepted).toEqual(['one@mayfly.test', 'zwei@mayfly.test'])
  expect(info.response).toMatch(/^250 2\.0\.0 [0-9a-f-]{36}$/)
  const [mail] = door.stored()
  expect(mail?.trace).toMatch(new RegExp(`with (${protocol}|${protocol.replace('ESMTP', 'UTF8SMTP')})\r\n`))
  expect(mail?.bytes.toString('latin1')).toContain('\r\n.\r\n..\r\nhello')
})

test('nodemailer hears which of its recipients were refused', async () => {
  await using door = await openDoor()
  const transport = createTransport({ host: '127.0.0.1', port: door.port, ignoreTLS: true })
  const info = await transport.sendMail({
    from: 'a@b.test',
    to: ['box@mayfly.test', 'box@elsewhere.example'],
    text: 'hello',
  })
  transport.close()
  expect(info.accepted).toEqual(['box@mayfly.test'])
  expect(info.rejected).toEqual(['box@elsewhere.example'])
})

test('many clients at once lose nothing, over one connection and over new ones', async () => {
  await using door = await openDoor()
  const pooled = createTransport({ host: '127.0.0.1', port: door.port, ignoreTLS: true, pool: true, maxConnections: 5 })
  const single = createTransport({ host: '127.0.0.1', port: door.tlsPort, secure: true, tls })
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      (n % 2 ? pooled : single).sendMail({
        from: 'a@b.test',
        to: 'box@mayfly.test',
        subject: `mail ${n}`,
        text: 'hello',
      }),
    ),
  )
  pooled.close()
  expect(new Set(answers.map(({ response }) => response)).size).toBe(60)
  const subjects = door.stored().map(({ bytes }) => /Subject: (.*)\r/.exec(bytes.toString())?.[1])
  expect(subjects.sort()).toEqual(Array.from({ length: 60 }, (_, n) => `mail ${n}`).sort())
})
