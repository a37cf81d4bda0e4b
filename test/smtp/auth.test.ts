import { expect, test } from 'bun:test'
import { openDoor } from './door.ts'
import { greeted, inData, type Talk, talk } from './talk.ts'

const plain = Buffer.from('\0user-name\0pass-word').toString('base64')
const user = Buffer.from('user-name').toString('base64')
const password = Buffer.from('pass-word').toString('base64')

const conversations: [string, (client: Talk) => Promise<string>][] = [
  ['PLAIN at once', (client) => client.ask(`AUTH PLAIN ${plain}`)],
  [
    'PLAIN when asked',
    async (client) => {
      expect(await client.ask('AUTH PLAIN')).toBe('334')
      return client.ask(plain)
    },
  ],
  [
    'LOGIN',
    async (client) => {
      expect(await client.ask('AUTH LOGIN')).toBe('334 VXNlcm5hbWU6')
      expect(await client.ask(user)).toBe('334 UGFzc3dvcmQ6')
      return client.ask(password)
    },
  ],
  [
    'LOGIN with the name at once',
    async (client) => {
      expect(await client.ask(`auth login ${user}`)).toBe('334 UGFzc3dvcmQ6')
      return client.ask(password)
    },
  ],
  [
    'LOGIN with nothing',
    async (client) => {
      await client.ask('AUTH LOGIN')
      await client.ask('')
      return client.ask('')
    },
  ],
]

test.each(conversations)('AUTH %s is taken, and neither kept nor logged', async (_how, converse) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await converse(client)).toStartWith('235 2.7.0')
  expect(await client.ask(`AUTH PLAIN ${plain}`)).toStartWith('503')
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.trace).toContain('with ESMTPA\r\n')
  const kept = door.log.join() + door.core.connection.sqlite.serialize().toString('latin1')
  for (const secret of ['user-name', 'pass-word', plain, user, password]) expect(kept).not.toContain(secret)
})

test('strangers may sign in after STARTTLS alone', async () => {
  await using door = await openDoor({}, { strangers: true })
  const client = await talk(door.port)
  await client.hear()
  expect(await client.ask('EHLO client.example')).not.toContain('AUTH')
  expect(await client.ask(`AUTH PLAIN ${plain}`)).toStartWith('538 5.7.11')
  await client.startTls()
  expect(await client.ask('EHLO client.example')).toContain('AUTH PLAIN LOGIN')
  expect(await client.ask(`AUTH PLAIN ${plain}`)).toStartWith('235')
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.trace).toContain('with ESMTPSA\r\n')
})

test('AUTH is neither offered nor taken when it is off', async () => {
  await using door = await openDoor({ SMTP_AUTH: 'off' })
  const client = await talk(door.port)
  await client.hear()
  expect(await client.ask('EHLO client.example')).not.toContain('AUTH')
  expect(await client.ask(`AUTH PLAIN ${plain}`)).toStartWith('502 5.5.1')
})

test.each([
  ['AUTH CRAM-MD5', '504'],
  ['AUTH', '504'],
  ['AUTH PLAIN a b', '501'],
  ['AUTH PLAIN *', '501'],
  ['AUTH PLAIN $%&', '501'],
])('%s is refused', async (line, code) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask(line)).toStartWith(code)
  expect(await client.ask('NOOP')).toStartWith('250')
})

test('a sign-in can be cancelled', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('AUTH LOGIN')
  expect(await client.ask('*')).toStartWith('501 5.7.0')
  expect(await client.ask('MAIL FROM:<a@b.test>')).toStartWith('250')
})
