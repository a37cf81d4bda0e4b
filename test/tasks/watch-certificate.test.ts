import { expect, test } from 'bun:test'
import { type Certificate, selfSigned } from '../../src/certificate.ts'
import { openLog } from '../../src/log.ts'
import { watchCertificate } from '../../src/tasks/watch-certificate.ts'
import { temporaryDirectory } from '../core.ts'

const day = 86_400_000
const began = Date.UTC(2026, 0, 1)

function watched(current: Certificate, read: (now: number) => Promise<Certificate>) {
  const clock = { now: began }
  const lines: string[] = []
  const used: Certificate[] = []
  const log = openLog({ level: 'info', format: 'json', to: { write: (line: string) => void lines.push(line) } })
  const watch = watchCertificate(
    () => read(clock.now),
    current,
    (one) => used.push(one),
    {
      seconds: 3600,
      outside: { now: () => clock.now },
      log,
    },
  )
  return { clock, lines, used, watch, said: (text: string) => lines.filter((line) => line.includes(text)).length }
}

test('a self-signed certificate is made anew before it ends, and the new one is used', async () => {
  using directory = temporaryDirectory()
  const first = await selfSigned(directory.path, 'mx.example.test', began)
  const { clock, used, watch, said } = watched(first, (now) => selfSigned(directory.path, 'mx.example.test', now))
  await watch.look()
  expect(used).toEqual([])
  clock.now = began + (3650 - 29) * day
  await watch.look()
  await watch.look()
  expect(used).toEqual([await selfSigned(directory.path, 'mx.example.test', clock.now)])
  expect(used[0]).not.toEqual(first)
  expect(said('a new certificate is in use')).toBe(1)
  expect(said('ends soon')).toBe(0)
  await watch.stop()
})

test('that the one in use ends in less than two weeks is said once a day, and that it has ended', async () => {
  using directory = temporaryDirectory()
  const only = await selfSigned(directory.path, 'mx.example.test', began)
  const { clock, watch, said } = watched(only, async () => only)
  clock.now = began + (3650 - 14) * day
  await watch.look()
  expect(said('ends soon')).toBe(0)
  clock.now += 1
  for (let hour = 0; hour < 48; hour++, clock.now += day / 24) await watch.look()
  expect(said('the certificate ends soon')).toBe(2)
  clock.now = began + 3651 * day
  await watch.look()
  expect(said('the certificate has ended')).toBe(1)
  await watch.stop()
})
