// Promise 12: slow and greedy clients hurt themselves only.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { greeted, inData, type Talk, talk } from '../smtp/talk.ts'
import { figures, isFull, percentile, size } from './promise.ts'

const smtp = size(500, 5000)
const http = size(100, 2000)
const streams = size(100, 2000)
/** By then nobody who only takes up room is left. */
const droppedWithinMs = size(25_000, 660_000)
const addresses = ['busy0@mayfly.test', 'busy1@mayfly.test', 'busy2@mayfly.test']

const shorter = {
  MAYFLY_SMTP_MAX_CONNECTIONS: '300',
  MAYFLY_SMTP_IDLE_SECONDS: '6',
  MAYFLY_SMTP_SESSION_SECONDS: '10',
  MAYFLY_HTTP_IDLE_SECONDS: '2',
}

type Report = { smtp: number; http: number; streams: number; greeted: number; turnedAway: number }

test(`promise 12: ${smtp} dribbling SMTP clients, ${http} slow HTTP clients and ${streams} unread streams keep nobody else waiting, and are dropped`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory, {
    MAYFLY_LOG_LEVEL: 'error',
    MAYFLY_SMTP_TRUSTED_NETWORKS: '127.0.0.1/32',
    ...(isFull ? {} : shorter),
  })
  const args = [server.smtp, server.http, smtp, http, streams, ...addresses].map(String)
  const abusers = Bun.spawn([process.execPath, join(import.meta.dir, 'abusers.ts'), ...args], { stdout: 'pipe' })
  const reports: Report[] = []
  const reading = readReports(abusers.stdout, reports)
  try {
    const began = performance.now()
    const elapsed = () => performance.now() - began
    let strangerMs: number | null = null
    const stranger = letInAsStranger(server).then(() => {
      strangerMs = elapsed()
    })
    const latencies: number[] = []
    let most = 0
    let client: Talk | null = null
    const isOver = () => {
      const last = reports.at(-1)
      return last !== undefined && elapsed() > 5000 && last.smtp === 0 && last.http <= http / 4 && strangerMs !== null
    }
    for (let n = 0; !isOver() && elapsed() < droppedWithinMs; n++) {
      const at = performance.now()
      // One mail in ten comes on a connection of its own.
      if (n % 10 === 0) {
        client?.hangUp()
        client = await greeted(server.smtp)
      }
      if (client) await sendOne(client, addresses[n % addresses.length] ?? '')
      latencies.push(performance.now() - at)
      most = Math.max(most, residentMegabytes(server))
      await Bun.sleep(20)
    }
    client?.hangUp()
    await stranger
    const tookMs = Math.round(elapsed())
    const last = reports.at(-1)
    // They were there, and those beyond the places were told so.
    expect(Math.max(...reports.map((report) => report.greeted))).toBeGreaterThan(size(200, 800))
    expect(last?.turnedAway).toBeGreaterThan(0)
    expect(last?.smtp).toBe(0)
    // One in four asked for answers and reads none: that costs him his connection once they do not fit.
    expect(last?.http).toBeLessThanOrEqual(http / 4)
    // At its small size it shares the disk with other tests, which hold up a mail now and then.
    expect(percentile(latencies, size(0.5, 0.99))).toBeLessThan(500)
    expect(most).toBeLessThan(768)
    figures(
      `${smtp} SMTP, ${http} HTTP, ${streams} streams: ${latencies.length} mails, p50 ${percentile(latencies, 0.5).toFixed(1)} ms, ` +
        `p99 ${percentile(latencies, 0.99).toFixed(1)} ms; all SMTP abusers gone after ${Math.round(tookMs / 1000)} s, ` +
        `a good stranger let in after ${((strangerMs ?? 0) / 1000).toFixed(1)} s; at most ${most} MB resident`,
    )
  } finally {
    abusers.kill()
    await abusers.exited
    await reading
  }
}, 800_000)

async function sendOne(client: Talk, to: string): Promise<void> {
  await inData(client, to)
  expect(await client.ask('Subject: good\r\n\r\nhello\r\n.')).toStartWith('250')
}

/** A client that nobody trusts tries until there is a place for it, and sends a mail. */
async function letInAsStranger(server: Running): Promise<void> {
  await Bun.sleep(1000)
  for (;;) {
    const client = await talk(server.smtp, { from: '127.0.3.1' })
    if ((await client.hear()).startsWith('220')) {
      await client.ask('EHLO stranger.example')
      await sendOne(client, 'stranger@mayfly.test')
      client.hangUp()
      return
    }
    await Bun.sleep(1000)
  }
}

function residentMegabytes({ pid }: Running): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
}

async function readReports(from: ReadableStream<Uint8Array>, to: Report[]): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of from) {
    text += decoder.decode(bytes, { stream: true })
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) to.push(JSON.parse(line))
  }
}
