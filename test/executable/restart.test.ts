import { describe, expect, test } from 'bun:test'
import { emptyDirectory, json, type Running, serve } from './launch.ts'
import { Conversation } from './sender.ts'

type Listed = { items: { subject: string }[] }

const mail = (subject: string) => `From: a@sender.test\r\nSubject: ${subject}\r\n\r\nYour code is 918273.\r\n.\r\n`

async function send(server: Running, to: string, subject: string): Promise<string> {
  const talk = await Conversation.open(server.smtp)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', `RCPT TO:<${to}>`, 'DATA'])
    await talk.say(`${line}\r\n`)
  const answer = await talk.say(mail(subject))
  talk.close()
  return answer
}

/** Events from a stream until `enough` have come. */
async function events(
  server: Running,
  path: string,
  headers: Record<string, string>,
  enough: number,
): Promise<{ id: string; type: string }[]> {
  const leaving = new AbortController()
  const answer = await fetch(`${server.api}${path}`, { headers, signal: leaving.signal })
  const found: { id: string; type: string }[] = []
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      const id = /^id: ?(.*)$/m.exec(block)?.[1]
      const type = /^event: ?(.*)$/m.exec(block)?.[1]
      if (id && type) found.push({ id, type })
    }
    if (found.length >= enough) break
  }
  leaving.abort()
  return found
}

describe('over a restart', () => {
  test('mailboxes, tokens and mail are there, and a stream goes on from where it was', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    const opened = await json<{ id: string; address: string; token: string }>(`${first.api}/mailboxes`, {
      body: { localPart: 'kept' },
    })
    const authorization = `Bearer ${opened.token}`
    await send(first, opened.address, 'before')
    const seen = await events(first, `/mailboxes/${opened.id}/events`, { authorization, 'last-event-id': '0' }, 2)
    expect(await first.end('SIGTERM')).toBe(0)

    await using second = await serve(directory)
    await send(second, opened.address, 'after')
    const last = seen.at(-1)?.id ?? ''
    const more = await events(second, `/mailboxes/${opened.id}/events`, { authorization, 'last-event-id': last }, 2)
    expect(Number(more[0]?.id)).toBeGreaterThan(Number(last))
    expect(more.map(({ type }) => type)).toContain('message.stored')
    const { items } = await json<Listed>(`${second.api}/mailboxes/${opened.id}/messages`, {
      headers: { authorization },
    })
    expect(items.map(({ subject }) => subject)).toEqual(['after', 'before'])
  })

  test('mail that had no digest when the server died gets it at the next start', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => send(first, 'late@mayfly.test', `${n}`)))
    await first.end('SIGKILL')
    await using second = await serve(directory)
    for (const answer of answers) {
      const id = /[0-9a-f-]{36}/.exec(answer)?.[0]
      const message = await json<object>(`${second.api}/messages/${id}`)
      expect(message).toMatchObject({ digest: 'ready', codes: ['918273'] })
    }
  })
})

describe('SIGTERM', () => {
  test('lets a mail on its way finish, takes no new connection, and exits with 0', async () => {
    using directory = emptyDirectory()
    const server = await serve(directory)
    const talk = await Conversation.open(server.smtp)
    await talk.hear()
    for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', 'RCPT TO:<last@mayfly.test>', 'DATA'])
      await talk.say(`${line}\r\n`)
    talk.send('Subject: last\r\n\r\nhalf of ')
    const ended = server.end('SIGTERM')
    while (!server.log().includes('stopping')) await Bun.sleep(5)
    const refused = await Conversation.open(server.smtp)
    await expect(refused.hear().then((line) => line.slice(0, 3))).rejects.toThrow()
    const answer = await talk.say('it\r\n.\r\n')
    expect(answer).toStartWith('250 2.0.0 ')
    expect(await ended).toBe(0)
    await using again = await serve(directory)
    const { items } = await json<Listed>(`${again.api}/mailboxes/last@mayfly.test/messages`)
    expect(items).toHaveLength(1)
  })

  test('of an idle server exits with 0, as SIGINT does', async () => {
    using directory = emptyDirectory()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = await serve(directory)
      expect(await server.end(signal)).toBe(0)
    }
  })
})
