import { expect, test } from 'bun:test'
import { unwritten } from '../../src/limits/own-pages.ts'

const mapping = (range: string, permissions: string, file: string, anonymous: number): string =>
  [
    `${range} ${permissions} 00000000 fd:00 1234                    ${file}`,
    'Size:               1024 kB',
    'Rss:                 512 kB',
    `Anonymous:          ${String(anonymous).padStart(5)} kB`,
    'AnonHugePages:         0 kB',
    'VmFlags: rd ex mr mw me',
  ].join('\n')

test('only mappings of the executable that nothing was ever written to are found', () => {
  const own = '/opt/may fly'
  const smaps = [
    mapping('00200000-00201000', 'r--p', own, 0),
    mapping('00201000-00203000', 'r-xp', own, 0),
    // Relocated at the start, and closed to writing since.
    mapping('00203000-00204000', 'r--p', own, 4),
    mapping('00204000-00205000', 'rw-p', own, 0),
    mapping('7f0000000000-7f0000001000', 'r-xp', '/usr/lib/libc.so.6', 0),
    '7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \nAnonymous:             0 kB',
  ].join('\n')
  expect(unwritten(smaps, own)).toEqual([
    { from: 0x200000n, to: 0x201000n },
    { from: 0x201000n, to: 0x203000n },
  ])
})
