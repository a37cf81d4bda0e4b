// A real server with a defect in it, which one of its clients meets.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryDirectory } from './core.ts'
import { greeted, inData, type Talk, talk } from './smtp/talk.ts'

const here = import.meta.dir

async function serveSabotaged(dataDir: string) {
  const child = Bun.spawn(
    [
      process.execPath,
      '--preload',
      join(here, 'sabotage.ts'),
      join(here, '../src/main.ts'),
      ...['serve', '--http', '127.0.0.1:0', '--smtp', '127.0.0.1:0', '--data', dataDir],
    ],
    { cwd: dataDir, env: { PATH: Bun.env['PATH'] ?? '', MAYFLY_LOG_FORMAT: 'json' }, stdout: 'pipe', stderr: 'pipe' },
  )
  const log = new Response(child.stderr).text()
  let greeting = ''
  const decoder = new TextDecoder()
  for await (const bytes of child.stdout) {
    greeting += decoder.decode(bytes, { stream: true })
    if (/^SMTP .*:\d+$/m.test(greeting)) break
  }
  return {
    smtp: Number(/^SMTP .*:(\d+)$/m.exec(greeting)?.[1]),
    /** Answers the exit code and the log. */
    end: async () => {
      child.kill('SIGTERM')
      return { code: await child.exited, log: await log }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

async function sendsMail(client: Talk): Promise<string> {
  await inData(client)
  return client.ask('Subject: x\r\n\r\nHello.\r\n.')
}

test('a defect that one connection meets is told with its cause, and ends neither the server nor the mail of the others', async () => {
  using directory = temporaryDirectory()
  await using server = await serveSabotaged(directory.path)
  const other = await greeted(server.smtp)
  const victim = await greeted(server.smtp)
  expect(await victim.ask('HELP')).toStartWith('451')
  victim.send('BOOM\r\n')
  expect(await (await greeted(server.smtp)).ask('BANG')).toBe('')
  ;(await greeted(server.smtp)).send('VRFY x\r\n')
  expect(await sendsMail(other)).toStartWith('250')
  for (let n = 0; n < 40; n++) (await greeted(server.smtp)).send('BOOM\r\n')
  expect(await (await talk(server.smtp)).hear()).toStartWith('220')
  expect(await sendsMail(other)).toStartWith('250')
  const { code, log } = await server.end()
  expect(code).toBe(0)
  expect(log).toContain('a defect: nobody caught this')
  expect(log).toContain('a sabotaged callback')
  expect(log).toContain('a sabotaged command')
  expect(log).toContain('sabotaged reading')
  expect(log).toContain('sabotage.ts')
  expect(log).toContain('a sabotaged promise')
  // The log is not filled with them.
  expect(log.split('\n').filter((line) => line.includes('"msg":"a defect: '))).toHaveLength(20)
})
