// What a server that was stopped leaves: a database that is whole without its log, and that nobody writes to any more.
import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { type App, start } from '../../src/app.ts'
import { openLog } from '../../src/log.ts'
import { realOutside } from '../../src/outside.ts'
import { databaseFile } from '../../src/storage/database.ts'
import { deliver, mail, temporaryDirectory, testConfig } from '../core.ts'
import { openFiles } from './open-files.ts'

const silent = openLog({ level: 'silent', format: 'json' })

const startIn = (dataDir: string): Promise<App> =>
  start(
    testConfig({
      MAYFLY_SERVER_DATA_DIR: dataDir,
      MAYFLY_HTTP_LISTEN: '127.0.0.1:0',
      MAYFLY_SMTP_LISTEN: '127.0.0.1:0',
    }),
    realOutside,
    silent,
  )

const logBytes = (dataDir: string): number =>
  statSync(`${databaseFile(dataDir)}-wal`, { throwIfNoEntry: false })?.size ?? 0

/** Has a digest and a reader thread open their connections. Answers a message's path. */
async function use(app: App, body: string): Promise<string> {
  const [id = ''] = await deliver(app.core, 'one@mayfly.test', mail({ Subject: 'one' }, body))
  const path = `/mayfly/v1/messages/${id}`
  const answer = await fetch(`http://127.0.0.1:${app.http[0]?.port}${path}/html`)
  expect(answer.status).toBe(200)
  return path
}

test('a stop leaves nothing in the log, and no thread that still has the database open', async () => {
  for (let n = 0; n < 5; n++) {
    using directory = temporaryDirectory()
    const app = await startIn(directory.path)
    await use(app, 'words\r\n'.repeat(1000))
    await app.stop()
    expect(logBytes(directory.path)).toBe(0)
    // The main thread's connection is closed with the last of its statements, and does nothing until then.
    expect(openFiles(`${databaseFile(directory.path)}-wal`).length).toBeLessThanOrEqual(1)
  }
}, 120_000)

test('a download that nobody reads on with does not keep the log from being emptied', async () => {
  using directory = temporaryDirectory()
  const app = await startIn(directory.path)
  const path = await use(app, 'words of a large mail\r\n'.repeat(600_000))
  const stalled = connect(app.http[0]?.port ?? 0, '127.0.0.1')
  const first = new Promise((resolve) => stalled.once('data', resolve))
  stalled.write(`GET ${path}/raw HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await first
  stalled.pause()
  await app.stop()
  expect(logBytes(directory.path)).toBe(0)
  stalled.destroy()
}, 120_000)
