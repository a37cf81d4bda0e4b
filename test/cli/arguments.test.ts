import { describe, expect, test } from 'bun:test'
import { type Arguments, readArguments, UsageError } from '../../src/cli/arguments.ts'
import { commandNames, commandOf } from '../../src/cli/commands.ts'
import { helpText } from '../../src/cli/help.ts'

const read = (line: string) => readArguments(line.split(' ').filter((word) => word !== ''))

/** What it complains of. */
function complaint(line: string): string {
  try {
    read(line)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return 'none'
}

describe('a command line', () => {
  test('without a command is the server', () => {
    expect(read('')).toMatchObject({ command: 'serve', options: {} })
    expect(read('--data d --http 127.0.0.1:0')).toMatchObject({
      command: 'serve',
      options: { data: 'd', http: '127.0.0.1:0' },
    })
  })

  test('may have a command of two words, with options and an operand in any order', () => {
    const expected: Arguments = {
      command: 'key rotate',
      operand: 'ID',
      options: { overlap: '2' },
      flags: new Set(['json']),
    }
    expect(read('key rotate ID --overlap 2 --json')).toEqual(expected)
    expect(read('key rotate --json --overlap=2 ID')).toEqual(expected)
    expect(read('account create --email a@b.test --admin')).toEqual({
      command: 'account create',
      operand: undefined,
      options: { email: 'a@b.test' },
      flags: new Set(['admin']),
    })
  })

  test('may give an option an empty value, which is not the same as none', () => {
    expect(readArguments(['key', 'set', 'ID', '--origins', '']).options).toEqual({ origins: '' })
  })

  test('asks for help anywhere, on what stands before', () => {
    for (const line of ['help', '--help', '-h', 'help --config f']) {
      expect(read(line)).toMatchObject({ command: 'help', operand: undefined })
    }
    for (const line of ['help key', 'key --help', 'key -h']) {
      expect(read(line)).toMatchObject({ command: 'help', operand: 'key' })
    }
    for (const line of ['help key set', 'key set --help', 'key set ID --name x --help']) {
      expect(read(line)).toMatchObject({ command: 'help', operand: 'key set' })
    }
    expect(complaint('help fly')).toContain('no command "fly"')
    expect(complaint('help key fly')).toContain('no command "key fly"')
  })
})

test('in the help a column keeps what is typed apart from what it does', () => {
  const lines = helpText()
    .split('\n')
    .filter((line) => /^ +\S/.test(line))
  for (const line of lines) expect(line).toMatch(/^( {2}| {6})\S+( \S+)* {2,}\S/)
})

describe('a complaint says what was expected', () => {
  test.each<[string, string]>([
    ['fly', 'there is no command "fly": see mayfly help'],
    ['toString', 'there is no command "toString"'],
    ['account', 'mayfly account takes one of create, list, set, password, invite, suspend, resume, delete'],
    ['account --json', 'mayfly account takes one of create'],
    ['account make', 'there is no command "account make": mayfly account takes one of create'],
    ['token-secret', 'mayfly token-secret takes rotate'],
    ['key', 'mayfly key takes one of create, list, set, rotate, revoke'],
    ['account list --colour', 'mayfly account list takes no --colour: it takes --config, --data, --json'],
    ['account create', 'mayfly account create needs --email E'],
    ['account set --email a@b.test', 'mayfly account set needs --plan P'],
    ['account create --email', "mayfly account create: Option '--email <value>' argument missing"],
    ['account password --email a@b.test', 'mayfly account password needs one of --password-stdin, --link'],
    [
      'account password --email a@b.test --link --password-stdin',
      'mayfly account password takes only one of --password-stdin, --link',
    ],
    ['key create --name n', 'mayfly key create needs --account E'],
    ['key set', 'mayfly key set needs an ID'],
    ['key set ID', 'mayfly key set needs what to change: --name, --expires'],
    ['key set ID --json', 'mayfly key set needs what to change'],
    ['key revoke A B', 'mayfly key revoke takes one ID'],
    ['backup', 'mayfly backup needs a FILE'],
    ['serve --json', 'mayfly serve takes no --json'],
    ['account list --json=yes', "mayfly account list: Option '--json' does not take an argument"],
  ])('%s', (line, says) => {
    expect(complaint(line)).toStartWith(says)
  })

  test('and does not repeat a password that was typed where none is taken', () => {
    const says = complaint('account password --email a@b.test --password-stdin hunter2')
    expect(says).toBe('mayfly account password takes options only: see mayfly help account password')
  })
})

describe('the help', () => {
  test('names each command, and each option of each', () => {
    const all = helpText()
    for (const name of commandNames) {
      expect(all).toContain(`\n  ${name}`)
      const own = helpText(name)
      for (const option of Object.keys(commandOf(name).options)) expect(own).toContain(`--${option}`)
    }
  })

  test('on one command, or on those that begin with a word, is about these alone', () => {
    expect(helpText('key set')).not.toContain('key rotate')
    const keys = helpText('key')
    for (const name of ['key create', 'key list', 'key set', 'key rotate', 'key revoke']) expect(keys).toContain(name)
    expect(keys).not.toContain('account create')
    expect(helpText('version')).not.toContain('--json')
  })
})
