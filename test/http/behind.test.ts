import { expect, test } from 'bun:test'
import { Behind } from '../../src/http/behind.ts'

test('who left late takes nothing from the newer connection at the same port', () => {
  const behind = new Behind()
  const leaveFirst = behind.put(40_000, '192.0.2.1')
  const leaveSecond = behind.put(40_000, '192.0.2.2')
  leaveFirst()
  expect(behind.at(40_000)).toBe('192.0.2.2')
  leaveSecond()
  expect(behind.at(40_000)).toBeNull()
})
