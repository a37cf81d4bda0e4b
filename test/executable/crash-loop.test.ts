// A mail whose digest kills the whole process can do so a few times only, and costs itself its digest.
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, json, serve } from './launch.ts'
import { Conversation } from './sender.ts'

// Loaded before the executable's own code: ends the process as soon as the digest of one content is asked for.
const deadly = `
const post = Worker.prototype.postMessage
Worker.prototype.postMessage = function (message, ...rest) {
  const isDeadly = message.name === 'messages.digest' && message.input.contentKey === 2
  if (isDeadly) process.kill(process.pid, 'SIGKILL')
  return post.call(this, message, ...rest)
}
`

test.each([
  ['small', 100],
  ['large', 300 * 1024],
])('a %s mail that ends the server whenever it is read does so three times and once more', async (_, size) => {
  using directory = emptyDirectory()
  const preload = join(directory.path, 'deadly.js')
  writeFileSync(preload, deadly)
  const env = { MAYFLY_LOG_LEVEL: 'error', BUN_OPTIONS: `--preload ${preload}` }
  const first = await serve(directory, env)
  await send(first.smtp, 'good@mayfly.test', 'Subject: good\r\n\r\nhello')
  const { items: earlier } = await json<List>(`${first.api}/mailboxes/good@mayfly.test/messages`)
  await json(`${first.api}/messages/${earlier[0]?.id}`)
  await send(first.smtp, 'bad@mayfly.test', `Subject: deadly\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(size, 'y\r\n'))
  await first.gone

  let deaths = 1
  for (; triesOf(directory.path) < 3 && deaths < 10; deaths++) await (await serveOrDie(directory, env))?.gone
  expect(deaths).toBeLessThanOrEqual(4)

  await using server = await serve(directory, env)
  const { items } = await json<List>(`${server.api}/mailboxes/bad@mayfly.test/messages`)
  const shown = await json<{ digest: string; subject: string; notes: string[] }>(
    `${server.api}/messages/${items[0]?.id}`,
  )
  expect(shown).toMatchObject({ digest: 'failed', subject: 'deadly' })
  const raw = await fetch(`${server.api}/messages/${items[0]?.id}/raw`)
  expect((await raw.text()).startsWith('Subject: deadly')).toBe(true)
})

type List = { items: { id: string }[] }

/** A server may be gone before it has said that it is ready. */
const serveOrDie = (...args: Parameters<typeof serve>) => serve(...args).catch(() => null)

function triesOf(path: string): number {
  using database = new Database(join(path, 'mayfly-data/mayfly.db'))
  return database.query<{ tries: number }, []>('select tries from contents where key = 2').get()?.tries ?? 0
}

async function send(port: number, to: string, mail: string): Promise<void> {
  const talk = await Conversation.open(port)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', `RCPT TO:<${to}>`, 'DATA'])
    await talk.say(`${line}\r\n`)
  await talk.say(`${mail}\r\n.\r\n`).catch(() => null)
  talk.close()
}
