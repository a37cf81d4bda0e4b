// What a newcomer does: start it, send a mail, read it. With clients that know nothing of Mayfly.
import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport, type Transporter } from 'nodemailer'
import { emptyDirectory, json, type Running, serve } from './launch.ts'

const tls = { MAYFLY_SMTP_LISTEN_TLS: '127.0.0.1:0' }

/** Runs a line as a shell would. */
const paste = async (line: string) =>
  (await new Response(Bun.spawn(['sh', '-c', line], { stderr: 'pipe' }).stdout).text()).trim()

type Waited = { messages: { id: string; subject: string; text: string }[] }

const wait = (server: Running, address: string): Promise<Waited> =>
  json(`${server.api}/mailboxes/${address}/wait?timeout=20`)

async function raw(server: Running, id: string): Promise<string> {
  return (await fetch(`${server.api}/messages/${id}/raw`)).text()
}

describe('the first minute', () => {
  test.each(['public', 'claimed'])(
    'the lines that the start prints work when they are pasted, also where a domain is %s',
    async (access) => {
      using directory = emptyDirectory()
      writeFileSync(join(directory.path, 'mayfly.toml'), `[[domains]]\nname = "mail.test"\naccess = "${access}"\n`)
      await using server = await serve(directory)
      const [send = '', fetchIt = ''] = server.greeting
        .split('\n')
        .slice(server.greeting.split('\n').indexOf('Try it:') + 1)
      await paste(send)
      expect(JSON.parse(await paste(fetchIt))).toMatchObject({ codes: ['482913'], messages: [{ subject: 'Hello' }] })
    },
  )

  test('nothing it shows or keeps came from the internet: pages and documents are in the executable', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory)
    const base = `http://127.0.0.1:${server.http}`
    const docs = await (await fetch(`${base}/docs`)).text()
    const assets = [...docs.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path = '']) => path)
    expect(assets.length).toBeGreaterThan(1)
    for (const path of assets) {
      expect(path).not.toMatch(/^(https?:)?\/\//)
      expect((await fetch(new URL(path, `${base}/docs`))).status).toBe(200)
    }
    expect((await json<{ openapi: string }>(`${base}/openapi.json`)).openapi).toStartWith('3.')
  })
})

const ways: [string, (server: Running) => Transporter][] = [
  ['plain', ({ smtp }) => createTransport({ host: '127.0.0.1', port: smtp, secure: false, ignoreTLS: true })],
  [
    'STARTTLS',
    ({ smtp }) =>
      createTransport({ host: '127.0.0.1', port: smtp, requireTLS: true, tls: { rejectUnauthorized: false } }),
  ],
  [
    'implicit TLS',
    ({ smtps }) =>
      createTransport({ host: '127.0.0.1', port: smtps, secure: true, tls: { rejectUnauthorized: false } }),
  ],
  [
    'plain with AUTH',
    ({ smtp }) =>
      createTransport({ host: '127.0.0.1', port: smtp, ignoreTLS: true, auth: { user: 'any', pass: 'thing' } }),
  ],
  [
    'STARTTLS with AUTH LOGIN',
    ({ smtp }) =>
      createTransport({
        host: '127.0.0.1',
        port: smtp,
        requireTLS: true,
        authMethod: 'LOGIN',
        auth: { user: 'any', pass: 'thing' },
        tls: { rejectUnauthorized: false },
      }),
  ],
  [
    'implicit TLS with AUTH',
    ({ smtps }) =>
      createTransport({
        host: '127.0.0.1',
        port: smtps,
        secure: true,
        auth: { user: 'any', pass: 'thing' },
        tls: { rejectUnauthorized: false },
      }),
  ],
]

describe('nodemailer', () => {
  test.each(ways)('delivers over %s', async (way, transport) => {
    using directory = emptyDirectory()
    await using server = await serve(directory, tls)
    const sent = await transport(server).sendMail({
      from: 'Ann <ann@sender.test>',
      to: 'box@mayfly.test',
      subject: `Grüße über ${way}`,
      text: 'Dein Code: 771204',
      html: '<p>Dein Code: <b>771204</b></p>',
      attachments: [{ filename: 'größe.txt', content: 'attached' }],
    })
    expect(sent.response).toMatch(/^250 2\.0\.0 [0-9a-f-]{36}/)
    const { messages } = await wait(server, 'box@mayfly.test')
    expect(messages[0]).toMatchObject({
      subject: `Grüße über ${way}`,
      from: 'ann@sender.test',
      codes: ['771204'],
      attachments: [{ name: 'größe.txt', size: 8 }],
    })
    expect(server.log()).not.toContain('thing')
  })
})

describe('curl', () => {
  const send = (_server: Running, options: string) =>
    paste(
      `printf 'From: c@curl.test\\r\\nTo: box@mayfly.test\\r\\nSubject: by curl\\r\\n\\r\\n.dot\\r\\nend\\r\\n' | curl -sS ${options} --mail-from c@curl.test --mail-rcpt box@mayfly.test -T - && echo sent`,
    )

  test.each([
    ['plain', (s: Running) => `smtp://127.0.0.1:${s.smtp}`],
    ['STARTTLS', (s: Running) => `--ssl-reqd -k smtp://127.0.0.1:${s.smtp}`],
    ['implicit TLS', (s: Running) => `-k smtps://127.0.0.1:${s.smtps}`],
    ['STARTTLS with AUTH', (s: Running) => `--ssl-reqd -k -u user:thing smtp://127.0.0.1:${s.smtp}`],
  ])('delivers over %s, byte for byte', async (_way, options) => {
    using directory = emptyDirectory()
    await using server = await serve(directory, tls)
    expect(await send(server, options(server))).toBe('sent')
    const { messages } = await wait(server, 'box@mayfly.test')
    expect(await raw(server, messages[0]?.id ?? '')).toBe(
      'From: c@curl.test\r\nTo: box@mayfly.test\r\nSubject: by curl\r\n\r\n.dot\r\nend\r\n',
    )
  })
})
