// Commands beside a running server, and without one.
import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finishRestore } from '../../src/storage/restore.ts'
import { type Directory, emptyDirectory, executable, json, type Running, run, serve } from './launch.ts'
import { Conversation } from './sender.ts'

const canMount = Bun.spawnSync(['unshare', '-m', 'true'], { stdout: 'ignore', stderr: 'ignore' }).success

async function send({ smtp }: Running, subject: string, text = 'hello'): Promise<string> {
  const talk = await Conversation.open(smtp)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', 'RCPT TO:<box@mayfly.test>', 'DATA'])
    await talk.say(`${line}\r\n`)
  const answer = await talk.say(`Subject: ${subject}\r\n\r\n${text}\r\n.\r\n`)
  talk.close()
  return answer
}

async function subjects({ api }: Running): Promise<string[]> {
  const { items } = await json<{ items: { subject: string }[] }>(`${api}/mailboxes/box@mayfly.test/messages`)
  return items.map(({ subject }) => subject).toSorted()
}

const dataFile = (directory: Directory, name: string): string => join(directory.path, 'mayfly-data', name)

describe('backup and restore', () => {
  test('what a running server had when it was backed up is there again after a restore, and the rest is kept aside', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    await send(first, 'before')
    expect(await run(directory, ['backup', 'copy'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('wrote'),
    })
    expect(statSync(join(directory.path, 'copy')).mode & 0o777).toBe(0o600)
    expect(await run(directory, ['backup', 'copy'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is there already'),
    })
    const listed = await run(directory, ['backup', './copy-2', '--json', '--data', 'mayfly-data'])
    expect(JSON.parse(listed.out)).toMatchObject({ file: join(directory.path, 'copy-2') })
    await send(first, 'after')

    expect(await run(directory, ['restore', 'copy'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('stop it'),
    })
    expect(await subjects(first)).toEqual(['after', 'before'])
    await first.end('SIGTERM')
    expect(existsSync(dataFile(directory, 'control.sock'))).toBe(false)

    const restored = await run(directory, ['restore', 'copy'])
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('before-restore-') })
    {
      await using second = await serve(directory)
      expect(await subjects(second)).toEqual(['before'])
      expect(await send(second, 'new')).toStartWith('250')
    }
    const aside = readdirSync(join(directory.path, 'mayfly-data')).find((name) => /before-restore-[0-9TZ]+$/.test(name))
    expect((await run(directory, ['restore', dataFile(directory, aside ?? '')])).code).toBe(0)
    await using third = await serve(directory)
    expect(await subjects(third)).toEqual(['after', 'before'])
  })

  test('a client that comes back after a restore with the number of a lost event is told to look again', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    await send(first, 'kept')
    await run(directory, ['backup', 'copy'])
    await send(first, 'lost')
    await json(`${first.api}/mailboxes/box@mayfly.test/wait?count=2`)
    await first.end('SIGTERM')
    const events = new Database(dataFile(directory, 'mayfly.db'))
    const last = events.query<{ seq: number }, []>('SELECT max(seq) AS seq FROM events').get()?.seq ?? 0
    events.close()
    await run(directory, ['restore', 'copy'])
    await using second = await serve(directory)
    await send(second, 'new')
    const stream = await fetch(`${second.api}/mailboxes/box@mayfly.test/events`, {
      headers: { 'Last-Event-ID': `${last}` },
    })
    let text = ''
    for await (const bytes of stream.body ?? []) {
      text += new TextDecoder().decode(bytes)
      if (text.includes('event:')) break
    }
    expect(text).toMatch(/event: ?reset/)
  })

  test('without a server they work too, also after one that crashed and left its socket', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    await send(first, 'in the log only')
    await first.end('SIGKILL')
    expect(existsSync(dataFile(directory, 'control.sock'))).toBe(true)
    expect((await run(directory, ['backup', 'copy'])).code).toBe(0)
    expect((await run(directory, ['restore', 'copy'])).code).toBe(0)
    await using second = await serve(directory)
    expect(await subjects(second)).toEqual(['in the log only'])
    expect((await run(directory, ['backup', 'copy-2'])).code).toBe(0)
  })

  const smallDisk = test.skipIf(!canMount) // without a mount namespace no small disk can be had
  smallDisk('a disk that fills up is said, and nothing is left on it', async () => {
    using directory = emptyDirectory()
    const server = await serve(directory)
    const size = () => statSync(dataFile(directory, 'mayfly.db')).size
    const empty = size()
    for (let n = 0; n < 10; n++) await send(server, `mail ${n}`, `${'x'.repeat(900)}\r\n`.repeat(30))
    // All of it stands in the log yet: the size of the database promises that there is room.
    await server.end('SIGKILL')
    expect(size()).toBe(empty)
    const script = `mkdir small && mount -t tmpfs -o size=${empty + 65_536} none small && ./.mayfly backup small/copy; echo "ended with $?"; ls -A small`
    const child = Bun.spawn(['unshare', '-m', 'sh', '-c', script], {
      cwd: directory.path,
      env: { PATH: Bun.env['PATH'] ?? '' },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect(err).toContain('could not be written, and nothing is left of it: the disk is full')
    expect(out).toBe('ended with 1\n')
  })

  test('say in a sentence what cannot be done', async () => {
    using directory = emptyDirectory()
    const said = async (...args: string[]) => {
      const { code, err } = await run(directory, args)
      expect(code).toBeGreaterThan(0)
      expect(err).not.toContain('    at ')
      return err
    }
    expect(await said('backup')).toContain('needs a FILE')
    expect(await said('backup', 'copy')).toContain('there is no database in')
    expect(await said('restore', 'copy')).toContain('there is no such file')
    writeFileSync(join(directory.path, 'copy'), 'no database'.repeat(100))
    expect(await said('restore', 'copy')).toContain('it is no database')
    expect(await said('backup', 'copy', '--colour')).toContain('--colour')
  })

  test('a restore that is killed at any moment leaves the old database or the new one', async () => {
    using directory = emptyDirectory()
    const first = await serve(directory)
    await send(first, 'backup')
    await run(directory, ['backup', 'copy'])
    await send(first, 'old')
    await first.end('SIGKILL')
    const data = join(directory.path, 'mayfly-data')
    const found = new Set<number>()
    for (let round = 0; round < 12; round++) {
      const restoring = Bun.spawn([executable, 'restore', 'copy'], {
        cwd: directory.path,
        env: { PATH: Bun.env['PATH'] ?? '' },
        stderr: 'ignore',
      })
      await Bun.sleep(20 + round * 25)
      restoring.kill('SIGKILL')
      await restoring.exited
      finishRestore(data)
      const sqlite = new Database(join(data, 'mayfly.db'))
      expect(sqlite.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
      found.add(sqlite.query<{ n: number }, []>('SELECT count(*) AS n FROM messages').get()?.n ?? -1)
      sqlite.close()
    }
    expect([...found].filter((n) => n !== 1 && n !== 2)).toEqual([])
  })
})

type Found = { items: { check: string; level: string; says: string; mend?: string }[] }

const doctor = async (directory: Directory, args: string[] = [], env: Record<string, string> = {}) => {
  const { code, out } = await run(directory, ['doctor', '--json', ...args], env)
  const { items }: Found = JSON.parse(out)
  return { code, items, wrong: items.filter(({ level }) => level === 'wrong') }
}

describe('the doctor', () => {
  test('finds nothing wrong with a server that runs on the defaults, nor before its first start', async () => {
    using directory = emptyDirectory()
    const free = { MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: '127.0.0.1:0' }
    expect(await doctor(directory, [], free)).toMatchObject({ code: 0, wrong: [] })
    expect(existsSync(join(directory.path, 'mayfly-data'))).toBe(false)
    await using server = await serve(directory)
    const { code, items, wrong } = await doctor(directory, [], free)
    expect({ code, wrong }).toEqual({ code: 0, wrong: [] })
    expect(items).toContainEqual({ check: 'server', level: 'ok', says: expect.stringContaining('runs (process') })
    expect(items.filter(({ check }) => check === 'ports').map(({ says }) => says)).toEqual([
      `HTTP listens on 127.0.0.1:0 (port ${server.http})`,
      `SMTP listens on 127.0.0.1:0 (port ${server.smtp})`,
    ])
    const plain = await run(directory, ['doctor'], {
      http_proxy: 'http://127.0.0.1:1',
      HTTP_PROXY: 'http://127.0.0.1:1',
    })
    expect(plain.out).toContain('nothing is wrong')
  })

  test('goes on when nobody reads what it says any more', async () => {
    using directory = emptyDirectory()
    const free = 'MAYFLY_HTTP_LISTEN=127.0.0.1:0 MAYFLY_SMTP_LISTEN=127.0.0.1:0'
    const script = `{ ${free} '${executable}' doctor; echo "ended with $?" >&2; } | head -n 1`
    const env = { PATH: Bun.env['PATH'] ?? '' }
    const child = Bun.spawn(['sh', '-c', script], { cwd: directory.path, env, stdout: 'pipe', stderr: 'pipe' })
    expect(await new Response(child.stderr).text()).toBe('ended with 0\n')
  })

  test('says what is wrong and how to mend it, and ends with 1', async () => {
    using directory = emptyDirectory()
    using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const { code, wrong } = await doctor(directory, [], {
      MAYFLY_HTTP_LISTEN: `127.0.0.1:${other.port}`,
      MAYFLY_SMTP_LISTEN: '127.0.0.1:0',
    })
    expect(code).toBe(1)
    expect(wrong).toEqual([
      { check: 'ports', level: 'wrong', says: expect.stringContaining('another program'), mend: expect.any(String) },
    ])
    writeFileSync(join(directory.path, 'mayfly.toml'), '[smtp]\nmax_errors = "many"\n[nonsense]\nx = 1\n')
    const broken = await doctor(directory)
    expect(broken.code).toBe(1)
    expect(broken.wrong.map(({ check }) => check)).toEqual(['config', 'config'])
  })

  test('says that the database is damaged', async () => {
    using directory = emptyDirectory()
    const server = await serve(directory)
    await server.end('SIGTERM')
    const file = dataFile(directory, 'mayfly.db')
    const bytes = Buffer.from(await Bun.file(file).arrayBuffer())
    writeFileSync(file, bytes.fill(0xee, 5 * 4096))
    const free = { MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: '127.0.0.1:0' }
    const { code, wrong } = await doctor(directory, [], free)
    expect(code).toBe(1)
    expect(wrong.map(({ check }) => check)).toEqual(['database'])
  })
})
