// Promise 19, the way out: what many read at once, fast or not at all, costs a bounded amount of memory.
import { expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { emptyDirectory, json, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { mebibytes, mostWhile, residentBytes } from './memory.ts'
import { figures, size } from './promise.ts'

const mebibyte = 1024 * 1024
const mailBytes = size(8, 24) * mebibyte
const slowReaders = size(20, 50)
const downloads = size(20, 100)

/** A mail whose attachment is nearly all of it. Answers its id. */
async function send(server: Running, name: string): Promise<string> {
  const line = `${Buffer.alloc(57, name).toString('base64')}\r\n`
  const talk = await Conversation.open(server.smtp)
  await talk.hear()
  for (const said of ['EHLO a.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<x@mayfly.test>', 'DATA'])
    await talk.say(`${said}\r\n`)
  const head =
    'Subject: large\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n'
  talk.send(head)
  talk.send(line.repeat(Math.floor((mailBytes - 1000) / line.length)))
  const reply = await talk.say('.\r\n')
  talk.close()
  const [, id = ''] = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(reply) ?? []
  expect(id).not.toBe('')
  // So that it is no part of what is measured, and the attachment is there.
  const digest = async () => (await json<{ digest: string }>(`${server.api}/messages/${id}`)).digest
  while ((await digest()) !== 'ready') await Bun.sleep(50)
  return id
}

/** Asks and takes no more than the first bytes. */
function slowReader(server: Running, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.http, '127.0.0.1', () =>
      socket.write(`GET /mayfly/v1${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    )
    socket.on('error', reject)
    socket.once('readable', () => {
      socket.read(100)
      resolve(socket)
    })
  })
}

async function gauge(server: Running, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.http}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

test(`promise 19: ${slowReaders} who hardly read the source of a large mail cost no memory each`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory)
  const id = await send(server, 'a')
  const before = residentBytes(server.pid)
  const sockets: Socket[] = []
  const most = await mostWhile(server.pid, async () => {
    for (let n = 0; n < slowReaders; n++) sockets.push(await slowReader(server, `/messages/${id}/raw`))
    await Bun.sleep(2000)
  })
  const grown = most - before
  figures(`${slowReaders} slow readers of ${mebibytes(mailBytes)} MiB: ${mebibytes(grown)} MiB more memory`)
  // Far below what they would hold together; how far depends on when the collector comes.
  expect(grown).toBeLessThan(100 * mebibyte + slowReaders * mebibyte)
  for (const socket of sockets) socket.destroy()
}, 120_000)

test(`promise 19: ${downloads} downloads of large attachments at once, half of them unread, cost a bounded amount of memory`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory)
  const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => send(server, name)))
  const path = (n: number): string => `/messages/${ids[n % ids.length]}/attachments/0`
  const before = residentBytes(server.pid)
  let expected = 0
  const most = await mostWhile(server.pid, async () => {
    const slow = await Promise.all(Array.from({ length: downloads / 2 }, (_, n) => slowReader(server, path(n))))
    const answers = await Promise.all(
      Array.from({ length: downloads / 2 }, async (_, n) => {
        const response = await fetch(`${server.api}${path(n)}`)
        let bytes = 0
        for await (const piece of response.body ?? []) bytes += piece.byteLength
        return { status: response.status, bytes }
      }),
    )
    expected = Math.floor((mailBytes - 1000) / 78) * 57
    expect(new Set(answers.map(({ status, bytes }) => `${status} ${bytes}`))).toEqual(new Set([`200 ${expected}`]))
    for (const socket of slow) socket.destroy()
  })
  const grown = most - before
  figures(`${downloads} downloads of ${mebibytes(expected)} MiB, half unread: ${mebibytes(grown)} MiB more memory`)
  expect(grown).toBeLessThan(400 * mebibyte)
  // Who went away gives back what was held for him.
  while ((await gauge(server, 'mayfly_outgoing_bytes')) > 0) await Bun.sleep(20)
}, 300_000)
