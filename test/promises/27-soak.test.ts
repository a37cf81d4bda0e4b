// Promise 27: it runs for days. Mail, TLS, streams, waits, views and deletes go on for a while: what is open comes back to
// what it was, and memory does not grow with time. MAYFLY_PROVE_SOAK_MINUTES sets how long the full size takes.
import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { greeted } from '../smtp/talk.ts'
import { ask, churn } from './churn.ts'
import { figures, isFull, size } from './promise.ts'

const minutes = Number(Bun.env['MAYFLY_PROVE_SOAK_MINUTES'] ?? 15)
const seconds = isFull ? minutes * 60 : 6
const mailsPerSecond = size(50, 200)
/** Bytes of growth in the second half of a full run, by its slope. */
const mostGrowth = 32 * 1024 * 1024

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

// Skipped elsewhere: memory and descriptors are read from /proc.
test.skipIf(process.platform !== 'linux')(
  `promise 27: memory and descriptors stay flat over ${seconds} s of mail, TLS, streams, waits and deletes`,
  async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory, {
      MAYFLY_LOG_LEVEL: 'error',
      MAYFLY_SMTP_LISTEN_TLS: '127.0.0.1:0',
      MAYFLY_MAILBOXES_UNCLAIMED_RETENTION_MINUTES: '1',
    })
    // Threads that start on demand are there, and what a first mail loads is loaded.
    await everythingOnce(server)
    const before = await settled(server.pid)

    let over = false
    let mails = 0
    const isOver = (): boolean => over
    const samples: { at: number; bytes: number }[] = []
    const began = performance.now()
    const elapsed = (): number => (performance.now() - began) / 1000
    const work = [
      ...Array.from({ length: 10 }, (_, n) =>
        mailEvenly(
          server.smtp,
          `soak${n}`,
          isOver,
          () => mails++,
          () => elapsed() * (mailsPerSecond / 10),
        ),
      ),
      ...Array.from({ length: 4 }, (_, n) => churn(server, `churn${n}`, isOver)),
      again(isOver, () => overTls(server.smtp, false)),
      again(isOver, () => overTls(server.smtps, true)),
      again(isOver, () => brokenTls(server.smtps)),
      again(isOver, () => halfMail(server.smtp)),
      again(isOver, () => droppedStream(server)),
      again(isOver, () => droppedWait(server)),
      again(isOver, () => views(server)),
    ]
    for (; elapsed() < seconds; await Bun.sleep(250)) samples.push({ at: elapsed(), bytes: residentBytes(server.pid) })
    over = true
    await Promise.all(work)
    const after = await settled(server.pid, before)
    const growth = slope(samples.filter(({ at }) => at > seconds / 2)) * (seconds / 2)
    const most = Math.max(...samples.map(({ bytes }) => bytes))

    expect(server.log()).not.toContain('defect')
    expect(after).toBeLessThanOrEqual(before)
    expect(mails).toBeGreaterThan(0)
    expect(most).toBeLessThan(768 * 1024 * 1024)
    if (isFull) expect(growth).toBeLessThan(mostGrowth)
    const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`
    figures(
      `${seconds} s, ${mails} mails (${(mails / seconds).toFixed(0)}/s): ${after} descriptors, ${before} before; memory ${megabytes(most)} at most, ${megabytes(growth)} of growth in the second half by its slope`,
    )
  },
  3 * 3_600_000,
)

/** Does something again and again; a connection that broke, as it was meant to, is no failure. */
async function again(stop: () => boolean, work: () => Promise<void>): Promise<void> {
  while (!stop()) {
    await work()
    await Bun.sleep(20)
  }
}

async function everythingOnce(server: Running): Promise<void> {
  let turns = 0
  await churn(server, 'first', () => turns++ > 3)
  await overTls(server.smtp, false)
  await overTls(server.smtps, true)
  await droppedStream(server)
  await droppedWait(server)
  await views(server)
}

/** The number of descriptors once it stands still; at most what it was, if that is said, or a minute has gone. */
async function settled(pid: number, was = 0): Promise<number> {
  let still = 0
  let now = openFiles(pid)
  for (let n = 0; n < 600 && (still < 20 || (was > 0 && now > was)); n++) {
    await Bun.sleep(100)
    const next = openFiles(pid)
    still = next === now ? still + 1 : 0
    now = next
  }
  return now
}

/** Bytes a second, by least squares. */
function slope(samples: readonly { at: number; bytes: number }[]): number {
  const mean = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)
  const at = mean(samples.map((one) => one.at))
  const bytes = mean(samples.map((one) => one.bytes))
  const over = samples.reduce((sum, one) => sum + (one.at - at) * (one.bytes - bytes), 0)
  return (
    over /
    Math.max(
      1e-9,
      samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0),
    )
  )
}

async function mailEvenly(
  port: number,
  name: string,
  stop: () => boolean,
  sent: () => void,
  due: () => number,
): Promise<void> {
  for (let n = 0; !stop(); ) {
    const talk = await Conversation.open(port)
    await talk.hear()
    await talk.say(`EHLO ${name}.test\r\n`)
    for (let mail = 0; mail < 50 && !stop(); mail++, n++) {
      while (due() < n && !stop()) await Bun.sleep(10)
      await talk.say(`MAIL FROM:<${name}@sender.test>\r\n`)
      await talk.say(`RCPT TO:<${name}-${n % 7}@mayfly.test>\r\n`)
      await talk.say('DATA\r\n')
      const filler = `${'words to search '.repeat(4)}\r\n`.repeat(n % 200 === 199 ? 20_000 : n % 40)
      const answer = await talk.say(
        `From: a@b.test\r\nSubject: ${name} ${n}\r\n\r\nYour code is 91${n}.\r\n${filler}.\r\n`,
      )
      expect(answer).toMatch(/^(250|452) /)
      if (answer.startsWith('250')) sent()
    }
    await talk.say('QUIT\r\n')
    talk.close()
  }
}

async function overTls(port: number, implicit: boolean): Promise<void> {
  const talk = await greeted(port, { tls: implicit })
  if (!implicit) {
    await talk.startTls()
    await talk.ask('EHLO client.test')
  }
  for (const line of ['MAIL FROM:<a@b.test>', 'RCPT TO:<tls@mayfly.test>', 'DATA']) await talk.ask(line)
  expect(await talk.ask('Subject: over TLS\r\n\r\nhello\r\n.')).toMatch(/^(250|452) /)
  talk.hangUp()
}

/** A handshake that is broken off. */
async function brokenTls(port: number): Promise<void> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  socket.on('error', () => {})
  await Bun.sleep(Math.random() * 5)
  socket.destroy()
}

/** A large mail that breaks off. */
async function halfMail(port: number): Promise<void> {
  const talk = await greeted(port)
  for (const line of ['MAIL FROM:<a@b.test>', 'RCPT TO:<half@mayfly.test>', 'DATA']) await talk.ask(line)
  talk.send(`${'x'.repeat(98)}\r\n`.repeat(15_000))
  await Bun.sleep(Math.random() * 50)
  talk.hangUp()
}

async function droppedStream(server: Running): Promise<void> {
  const leaving = new AbortController()
  const headers = { 'last-event-id': '0' }
  const url = `${server.api}/mailboxes/soak0-0@mayfly.test/events`
  const answer = await ask(url, { headers, signal: leaving.signal })
  const reading = answer.text().catch(() => '')
  await Bun.sleep(Math.random() * 100)
  leaving.abort()
  await reading
}

async function droppedWait(server: Running): Promise<void> {
  const leaving = new AbortController()
  const url = `${server.api}/mailboxes/nobody@mayfly.test/wait?timeout=60`
  const waiting = ask(url, { signal: leaving.signal }).catch(() => null)
  await Bun.sleep(Math.random() * 100)
  leaving.abort()
  await waiting
}

async function views(server: Running): Promise<void> {
  const url = `${server.api}/mailboxes/soak1-1@mayfly.test/messages?limit=5&q=code`
  const { items = [] }: { items?: { id: string }[] } = JSON.parse(await (await ask(url)).text())
  for (const { id } of items) {
    for (const part of ['', '/html', '/raw', '/attachments/0'])
      await (await ask(`${server.api}/messages/${id}${part}`)).text()
    const made = await ask(`${server.api}/messages/${id}/view`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    const view = made.ok ? JSON.parse(await made.text()).url : null
    if (view) await (await ask(`http://127.0.0.1:${server.http}${view}`)).text()
  }
}
