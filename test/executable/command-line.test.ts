import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, run, serve } from './launch.ts'

describe('the command line', () => {
  test('says its version, its help, and what it does not know', async () => {
    using directory = emptyDirectory()
    expect(await run(directory, ['version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^mayfly \d+\.\d+\.\d+\n$/),
    })
    const help = await run(directory, ['help'])
    const named = ['serve', 'init', 'check', 'account create', 'key rotate ID', 'backup', 'doctor', 'openapi']
    for (const command of named) expect(help.out).toContain(command)
    expect(await run(directory, ['fly'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no command "fly"'),
    })
    expect(await run(directory, ['key', 'fly'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('there is no command "key fly"'),
    })
    expect(await run(directory, ['serve', '--colour'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--colour'),
    })
  })

  test('init writes a config that check finds fine, and never overwrites one', async () => {
    using directory = emptyDirectory()
    expect((await run(directory, ['init'])).code).toBe(0)
    expect(await run(directory, ['check'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('mayfly.toml is fine'),
    })
    writeFileSync(join(directory.path, 'mayfly.toml'), '# mine')
    expect(await run(directory, ['init'])).toMatchObject({ code: 1, err: expect.stringContaining('left as it was') })
    expect(readFileSync(join(directory.path, 'mayfly.toml'), 'utf8')).toBe('# mine')
  })

  test('check says everything that is wrong at once, each with its key and what was expected', async () => {
    using directory = emptyDirectory()
    writeFileSync(
      join(directory.path, 'mayfly.toml'),
      '[smtp]\nmax_recipient = 5\nmax_errors = "many"\n[nonsense]\nx = 1\n',
    )
    const { code, err } = await run(directory, ['check'])
    expect(code).toBe(1)
    expect(err).toContain('smtp.max_recipient')
    expect(err).toContain('smtp.max_recipients')
    expect(err).toContain('smtp.max_errors: expected a whole number')
    expect(err).toContain('nonsense')
  })

  test('openapi prints the document of the native API', async () => {
    using directory = emptyDirectory()
    const document = JSON.parse((await run(directory, ['openapi'])).out)
    expect(document.openapi).toStartWith('3.')
    expect(Object.keys(document.paths)).toContain('/mayfly/v1/mailboxes')
  })

  test('all that it prints arrives, however slow its reader is, and a reader that leaves ends it', async () => {
    using directory = emptyDirectory()
    const { out } = await run(directory, ['openapi'])
    // More than a pipe takes at once.
    expect(out.length).toBeGreaterThan(100_000)
    const through = async (reader: string) => {
      const script = `{ ./.mayfly openapi; echo "ended with $?" >&2; } | { ${reader}; }`
      const child = Bun.spawn(['sh', '-c', script], { cwd: directory.path, stdout: 'pipe', stderr: 'pipe' })
      return Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    }
    expect(await through('sleep 0.3; cat')).toEqual([out, 'ended with 0\n'])
    expect(await through('head -c 2')).toEqual([out.slice(0, 2), 'ended with 0\n'])
  })

  test('what it cannot print is said, since a key is shown once', async () => {
    using directory = emptyDirectory()
    await run(directory, ['version'])
    const child = Bun.spawn(['sh', '-c', './.mayfly version > /dev/full'], { cwd: directory.path, stderr: 'pipe' })
    expect(await new Response(child.stderr).text()).toContain('could not be written: the disk is full')
    expect(await child.exited).toBe(1)
  })

  test('a server does not start with a broken config, and says all of it', async () => {
    using directory = emptyDirectory()
    writeFileSync(join(directory.path, 'mayfly.toml'), '[smtp\nlisten = 1')
    const { code, err } = await run(directory, ['serve'])
    expect(code).toBe(1)
    expect(err).toContain('the config is wrong')
    expect(err).not.toContain('    at ')
  })

  test('a second server on the same data directory is refused with a sentence, and the first goes on', async () => {
    using directory = emptyDirectory()
    await using first = await serve(directory)
    const { code, err } = await run(directory, ['serve', '--http', '127.0.0.1:0', '--smtp', '127.0.0.1:0'])
    expect(code).toBe(1)
    expect(err).toContain('another Mayfly is running on the data directory')
    expect(err).not.toContain('    at ')
    expect((await fetch(`http://127.0.0.1:${first.http}/healthz`)).status).toBe(200)
  })

  test('a database of a newer schema is refused, untouched', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    await first.end('SIGTERM')
    const file = join(directory.path, 'mayfly-data/mayfly.db')
    const db = new Database(file)
    db.run('PRAGMA user_version = 9999')
    db.close()
    const before = readFileSync(file)
    const { code, err } = await run(directory, ['serve', '--http', '127.0.0.1:0', '--smtp', '127.0.0.1:0'])
    expect(code).toBe(1)
    expect(err).toContain('written by a later version')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test.each([['http'], ['smtp']])('a port for %s that is taken is said in a sentence', async (door) => {
    using directory = emptyDirectory()
    using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const taken = `127.0.0.1:${other.port}`
    const ports = { http: '127.0.0.1:0', smtp: '127.0.0.1:0', [door]: taken }
    const { code, err } = await run(directory, ['serve', '--http', ports.http, '--smtp', ports.smtp])
    expect(code).toBe(1)
    expect(err).toContain(`${door.toUpperCase()} cannot listen on ${taken}: another program has this port`)
    expect(err).not.toContain('    at ')
  })

  test('a data directory that cannot be written is said in a sentence', async () => {
    using directory = emptyDirectory()
    writeFileSync(join(directory.path, 'file'), '')
    const { code, err } = await run(directory, ['serve', '--data', join(directory.path, 'file/data')])
    expect(code).toBe(1)
    expect(err).toMatch(/the data directory .* cannot be written \(ENOTDIR\)/)
    const readOnly = await run(directory, ['serve', '--data', '/proc/mayfly-data'])
    expect(readOnly.err).toMatch(/the data directory .* cannot be written/)
    expect(readOnly.code).toBe(1)
  })

  test('what it keeps is readable by its owner alone', async () => {
    using directory = emptyDirectory()
    mkdirSync(join(directory.path, 'mayfly-data'), { mode: 0o755 })
    await using _server = await serve(directory)
    const mode = (name: string) => statSync(join(directory.path, 'mayfly-data', name)).mode & 0o077
    expect(mode('mayfly.db')).toBe(0)
    expect(mode('mayfly.db-wal')).toBe(0)
    expect(mode('lock')).toBe(0)
  })
})
