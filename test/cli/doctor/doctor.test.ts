import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { doctor } from '../../../src/cli/doctor/doctor.ts'
import { temporaryDirectory } from '../../core.ts'

/** What it says of each check, with nothing around but this data directory. */
async function looked(dataDir: string): Promise<string[]> {
  const printed: string[] = []
  const env = { MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: '127.0.0.1:0' }
  const sources = { env, cwd: dataDir, overrides: { dataDir } }
  await doctor(
    sources,
    true,
    (line) => printed.push(line),
    async () => [],
  )
  const { items }: { items: { check: string; level: string; says: string }[] } = JSON.parse(printed.join('\n'))
  return items.map(({ check, level, says }) => `${check} ${level} ${says}`)
}

test('a lock that it cannot use is one thing wrong, and the other checks are made', async () => {
  using directory = temporaryDirectory()
  mkdirSync(join(directory.path, 'lock'))
  const said = await looked(directory.path)
  expect(said.find((one) => one.startsWith('server'))).toStartWith('server wrong the lock')
  expect(said.map((one) => one.split(' ')[0])).toContain('ports')
})

test('it makes nothing in a data directory', async () => {
  using directory = temporaryDirectory()
  expect(await looked(directory.path)).toContain('server note no server runs')
  expect(readdirSync(directory.path)).toEqual([])
})
