import { expect, test } from 'bun:test'
import { table } from '../../src/cli/table.ts'

test('columns are as wide as what stands in them', () => {
  expect(
    table(
      ['A', 'LONG'],
      [
        ['wide one', 'x'],
        ['y', ''],
      ],
    ),
  ).toEqual(['A         LONG', 'wide one  x', 'y'])
})

test('nothing that a terminal obeys gets through', () => {
  const [, line] = table(['NAME'], [['a\u001b[2J\u009b2J\nb\u2028c\u202ed']])
  expect(line).toBe('a\ufffd[2J\ufffd2J\ufffdb\ufffdc\ufffdd')
})
