import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { openLog, printable } from '../src/log.ts'

function logged(fields: object, message = 'said'): string {
  let text = ''
  openLog({ level: 'debug', format: 'json', to: { write: (line) => (text += line) } }).info(fields, message)
  return text
}

describe('the log', () => {
  test('shows no secret, on the first or the second level', () => {
    const secret = 'mbx_0123456789'
    for (const name of ['token', 'password', 'key', 'authorization', 'cookie', 'secret', 'ticket']) {
      expect(logged({ [name]: secret, inner: { [name]: secret } })).not.toContain(secret)
    }
  })

  test('lets no control byte of a mail through, nor what turns the direction of text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (from) => {
        const line = logged({ from })
        expect(line.split('\n')).toHaveLength(2)
        expect(JSON.parse(line).from).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        expect(printable(from).length).toBeLessThanOrEqual(2000)
      }),
    )
  })

  // Skipped where the system has no device that is always full.
  test.skipIf(!existsSync('/dev/full')).each(['json', 'pretty'] as const)(
    'in %s costs the process nothing where the disk below it is full',
    async (format) => {
      const code = `const { openLog } = await import(${JSON.stringify(join(import.meta.dir, '../src/log.ts'))})
        const log = openLog({ level: 'info', format: '${format}' })
        for (let n = 0; n < 100; n++) log.info({ n }, 'x'.repeat(1000))
        await Bun.sleep(50)
        process.stdout.write('alive')`
      const child = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe', stderr: Bun.file('/dev/full') })
      expect(await new Response(child.stdout).text()).toBe('alive')
      expect(await child.exited).toBe(0)
    },
  )

  test('says what an error was and where', () => {
    const { err } = JSON.parse(logged({ err: new RangeError('broken\u0007') }))
    expect(err.type).toBe('RangeError')
    expect(err.message).toBe('broken ')
    expect(err.stack).toContain('log.test.ts')
  })
})
