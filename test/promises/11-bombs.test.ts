// Promise 11: a MIME bomb costs its digest at most. Each is acknowledged and shown within 5 s; meanwhile others are
// answered as if nothing were, and the memory of the process, which is one of its own, stays below 512 MB.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, json, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { bombs } from './bombs.ts'
import type { Told } from './bystander.ts'
import { figures, percentile, size } from './promise.ts'

/** The mail has a limit of 25 MiB, headers and all. */
const bytes = size(1_000_000, 25 * 1024 * 1024 - 600_000)
const chosen = bombs.slice(0, size(10, bombs.length))
/** What others may wait, on a machine that has nothing else to do; on others, three times what they waited there before. */
const promisedMs = size(2500, 50)

type Shown = { digest: string; attachments: { index: number }[]; notes: string[] }

async function send(server: Running, to: string, mail: Buffer): Promise<string> {
  const talk = await Conversation.open(server.smtp)
  await talk.hear()
  for (const line of ['EHLO bomb.test', 'MAIL FROM:<a@sender.test>', `RCPT TO:<${to}>`, 'DATA'])
    await talk.say(`${line}\r\n`)
  talk.sendBytes(mail)
  const answer = await talk.say('\r\n.\r\n')
  talk.close()
  return answer
}

async function timed<Value>(work: () => Promise<Value>): Promise<[Value, number]> {
  const began = performance.now()
  return [await work(), performance.now() - began]
}

async function bystander(server: Running) {
  const script = join(import.meta.dir, 'bystander.ts')
  const child = Bun.spawn([process.execPath, script, `${server.smtp}`, `${server.http}`], {
    stdin: 'pipe',
    stdout: 'pipe',
  })
  const said = new Response(child.stdout).text()
  return {
    end: async (): Promise<Told> => {
      child.stdin.end()
      return JSON.parse((await said).trim().split('\n').at(-1) ?? '')
    },
    [Symbol.dispose]: () => child.kill(),
  }
}

const highest = ({ mails, lists }: Told) => ({ mails: percentile(mails, 0.99), lists: percentile(lists, 0.99) })

async function undisturbed(server: Running) {
  using others = await bystander(server)
  await Bun.sleep(size(500, 5000))
  return highest(await others.end())
}

function highestMemory({ pid }: Running): number {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
}

test(`promise 11: ${chosen.length} MIME bombs of ${Math.round(bytes / 1_000_000)} MB cost their digests at most: others are answered within ${promisedMs} ms, and memory stays below 512 MB`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory, {
    MAYFLY_LOG_LEVEL: 'warn',
    MAYFLY_MAILBOXES_UNCLAIMED_BYTES: '100000000',
  })
  const before = await undisturbed(server)
  using others = await bystander(server)
  const shownAfter: number[] = []
  const states: string[] = []
  for (const [n, [name, make]] of chosen.entries()) {
    const to = `bomb-${n}@mayfly.test`
    const mail = make(bytes)
    const answer = await send(server, to, mail)
    expect([name, answer]).toEqual([name, expect.stringContaining('250 2.0.0')])
    const id = answer.split(' ')[2]
    const message = `${server.api}/messages/${id}`
    const [shown, milliseconds] = await timed(() => json<Shown>(message))
    shownAfter.push(milliseconds)
    if (shown.digest !== 'ready') states.push(`${name}: ${shown.digest}`)
    expect([name, Math.round(milliseconds) > 5000]).toEqual([name, false])
    const [html, htmlMs] = await timed(async () => (await fetch(`${message}/html`)).status)
    expect([name, [200, 503].includes(html), htmlMs < 15_000]).toEqual([name, true, true])
    const [first] = shown.attachments
    if (first) expect([name, (await fetch(`${message}/attachments/${first.index}`)).status]).toEqual([name, 200])
    const raw = await fetch(`${message}/raw`)
    expect([name, raw.status, raw.ok ? '' : `${await raw.text()}\n${server.log()}`]).toEqual([name, 200, ''])
    expect([name, (await raw.arrayBuffer()).byteLength]).toEqual([name, mail.byteLength + '\r\n'.length])
  }
  const memory = highestMemory(server)
  const told = await others.end()
  const worst = highest(told)
  expect(memory).toBeLessThan(512)
  expect(worst.mails).toBeLessThan(Math.max(promisedMs, 3 * before.mails))
  expect(worst.lists).toBeLessThan(Math.max(promisedMs, 3 * before.lists))
  figures(
    `${chosen.length} bombs of ${(bytes / 1e6).toFixed(1)} MB shown within ${Math.round(Math.max(...shownAfter))} ms (${states.length} without a digest at first), meanwhile ${told.mails.length} mails of others p99 ${worst.mails.toFixed(1)} ms, worst ${Math.max(...told.mails).toFixed(0)} ms, ${told.lists.length} lists p99 ${worst.lists.toFixed(1)} ms, worst ${Math.max(...told.lists).toFixed(0)} ms (without bombs p99 ${before.mails.toFixed(1)} and ${before.lists.toFixed(1)} ms), memory at most ${memory} MB`,
  )
}, 900_000)
