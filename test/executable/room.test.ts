// The store's bound over the wire, and that space comes back.
import { describe, expect, test } from 'bun:test'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Directory, emptyDirectory, json, type Running, serve } from './launch.ts'
import { Conversation } from './sender.ts'

const megabyte = `${'x'.repeat(998)}\r\n`.repeat(1048)

async function send(server: Running, to: string): Promise<{ rcpt: string; data: string | null }> {
  const talk = await Conversation.open(server.smtp)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>']) await talk.say(`${line}\r\n`)
  const rcpt = await talk.say(`RCPT TO:<${to}>\r\n`)
  let data: string | null = null
  if (rcpt.startsWith('250')) {
    await talk.say('DATA\r\n')
    data = await talk.say(`Subject: big\r\n\r\n${megabyte}.\r\n`)
  }
  talk.close()
  return { rcpt, data }
}

const bytesOnDisk = (directory: Directory): number => {
  const data = join(directory.path, 'mayfly-data')
  return readdirSync(data).reduce((sum, name) => sum + statSync(join(data, name)).size, 0)
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50)
}

describe('a store that is full', () => {
  test('refuses mail for now with 452, says so in readyz, keeps what it has, and takes mail again when there is room', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory, { MAYFLY_STORAGE_MAX_BYTES: '16777216', MAYFLY_LOG_LEVEL: 'error' })
    const opened = await json<{ id: string; address: string; token: string }>(`${server.api}/mailboxes`, {
      body: { localPart: 'full' },
    })
    const authorization = `Bearer ${opened.token}`
    let stored = 0
    for (
      let answer = await send(server, opened.address);
      answer.rcpt.startsWith('250');
      answer = await send(server, opened.address)
    ) {
      // The store may fill between a mail's RCPT and its end.
      expect(answer.data).toMatch(/^(250|452) /)
      if (answer.data?.startsWith('250')) stored++
    }
    expect(stored).toBeGreaterThan(4)
    expect((await send(server, opened.address)).rcpt).toStartWith('452 4.3.1')
    const ready = await fetch(`http://127.0.0.1:${server.http}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.text()).toContain('storage.max_bytes')
    const { items } = await json<{ items: object[] }>(`${server.api}/mailboxes/${opened.id}/messages?limit=100`, {
      headers: { authorization },
    })
    expect(items).toHaveLength(stored)

    const full = bytesOnDisk(directory)
    await fetch(`${server.api}/mailboxes/${opened.id}/messages`, { method: 'DELETE', headers: { authorization } })
    await until(async () => (await send(server, 'other@mayfly.test')).rcpt.startsWith('250'))
    await until(() => bytesOnDisk(directory) < full / 2)
  })
})
