// A config that is changed while the server runs: SIGHUP takes up its plans, and nothing that was counted is lost.
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Directory, emptyDirectory, type Running, serve } from './launch.ts'

const put = ({ path }: Directory, toml: string): void => writeFileSync(join(path, 'mayfly.toml'), toml)

/** Until the log has this; the test's own time limit is the only clock. */
async function logged(server: Running, text: string): Promise<void> {
  while (!server.log().includes(text)) await Bun.sleep(20)
}

/** Takes the link of the first start, and makes a key of the admin's. */
async function firstKey({ api, greeting }: Running): Promise<string> {
  const token = /\/app\/invitation#(\S+)/.exec(greeting)?.[1]
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(api + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const signedIn = await post('/invitations/accept', { token, email: 'op@example.test', password: 'correct horse' })
  expect(signedIn.status).toBe(201)
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const made = await post('/keys', { name: 'ci' }, { cookie, origin: new URL(api).origin })
  expect(made.status).toBe(201)
  const { key }: { key: string } = JSON.parse(await made.text())
  return key
}

test('SIGHUP puts changed plans in force, keeps the counts, and takes up nothing of a config that is wrong', async () => {
  using directory = emptyDirectory()
  put(directory, '[plans.unlimited]\nrequests_per_day = 5\n')
  await using server = await serve(directory)
  const key = await firstKey(server)
  const call = () => fetch(`${server.api}/account`, { headers: { authorization: `Bearer ${key}` } })
  const left = async () => (await call()).headers.get('x-ratelimit-remaining')
  expect([await left(), await left()]).toEqual(['4', '3'])

  put(directory, '[plans.unlimited]\nrequests_per_day = 3\n')
  process.kill(server.pid, 'SIGHUP')
  await logged(server, 'the config was read again')
  expect(await left()).toBe('0')
  const refused = await call()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('x-ratelimit-limit')).toBe('3')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

  put(directory, '[plans.unlimited]\nrequests_per_day = "many"\n')
  process.kill(server.pid, 'SIGHUP')
  await logged(server, 'the config is wrong, and was not taken up')
  expect((await call()).status).toBe(429)

  // What was counted outlives the process.
  put(directory, '[plans.unlimited]\nrequests_per_day = 4\n')
  await server.end('SIGTERM')
  await using again = await serve(directory)
  expect(again.greeting).not.toContain('/app/invitation')
  const after = await fetch(`${again.api}/account`, { headers: { authorization: `Bearer ${key}` } })
  expect(after.headers.get('x-ratelimit-remaining')).toBe('0')
})
