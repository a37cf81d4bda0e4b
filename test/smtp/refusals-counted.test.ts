import { expect, test } from 'bun:test'
import type { Reason } from '../../src/refusal.ts'
import { type Door, openDoor, refusals, type Settings } from './door.ts'
import { greeted, inData, type Talk, talk } from './talk.ts'

type Case = {
  bound: string
  settings: Settings
  /** What goes too far, from a stranger who has said EHLO; answers the reply. */
  act: (client: Talk, door: Door) => Promise<string>
  reply: string
  stage: 'connect' | 'mail' | 'rcpt' | 'data'
  reason: Reason
  /** Whether the operator finds it in the list of refused mails: where there was a mail, or none could begin. */
  isListed: boolean
}

const mail = async (client: Talk, bytes: string): Promise<string> => {
  await inData(client)
  return client.ask(`${bytes}\r\n.`)
}

const again = async (_: Talk, door: Door): Promise<string> => (await talk(door.port)).hear()

const cases: Case[] = [
  {
    bound: 'the command line',
    settings: {},
    act: async (client) => `${await client.ask('x'.repeat(4097))} ${await client.hear()}`,
    reply: '500 5.5.2 The line is too long 421 4.7.0',
    stage: 'connect',
    reason: 'too-large',
    isListed: false,
  },
  {
    bound: 'an announced size',
    settings: {},
    act: (client) => client.ask('MAIL FROM:<a@b.test> SIZE=26214401'),
    reply: '552 5.3.4',
    stage: 'mail',
    reason: 'too-large',
    isListed: true,
  },
  {
    bound: 'the message',
    settings: { SMTP_MAX_MESSAGE_BYTES: '1024' },
    act: (client) => mail(client, `\r\n${'x'.repeat(1024)}`),
    reply: '552 5.3.4',
    stage: 'data',
    reason: 'too-large',
    isListed: true,
  },
  {
    bound: 'bytes of header',
    settings: {},
    act: (client) => mail(client, `X: ${'x'.repeat(262_144)}\r\n\r\nhello`),
    reply: '552 5.3.4',
    stage: 'data',
    reason: 'header-too-large',
    isListed: true,
  },
  {
    bound: 'lines of header',
    settings: {},
    act: (client) => mail(client, `${'A: b\r\n'.repeat(1001)}\r\nhello`),
    reply: '552 5.3.4',
    stage: 'data',
    reason: 'header-too-large',
    isListed: true,
  },
  {
    bound: 'hops',
    settings: {},
    act: (client) => mail(client, `${'Received: by a\r\n'.repeat(51)}\r\nhello`),
    reply: '554 5.4.6',
    stage: 'data',
    reason: 'too-many-hops',
    isListed: true,
  },
  {
    bound: 'recipients',
    settings: {},
    act: async (client) => {
      await client.ask('MAIL FROM:<a@b.test>')
      for (let n = 0; n < 100; n++) expect(await client.ask(`RCPT TO:<a${n}@mayfly.test>`)).toStartWith('250')
      return client.ask('RCPT TO:<one-more@mayfly.test>')
    },
    reply: '452 4.5.3',
    stage: 'rcpt',
    reason: 'too-many-recipients',
    isListed: true,
  },
  {
    bound: 'mails of a session',
    settings: {},
    act: async (client) => {
      for (let n = 0; n < 100; n++) expect(await mail(client, '\r\nhello')).toStartWith('250')
      return client.ask('MAIL FROM:<a@b.test>')
    },
    reply: '421 4.7.0',
    stage: 'connect',
    reason: 'too-many-mails',
    isListed: false,
  },
  {
    bound: 'silence',
    settings: { SMTP_IDLE_SECONDS: '1' },
    act: (client) => client.hear(),
    reply: '421 4.4.2',
    stage: 'connect',
    reason: 'took-too-long',
    isListed: false,
  },
  {
    bound: 'the session',
    settings: { SMTP_SESSION_SECONDS: '1' },
    act: async (client) => {
      await client.ask('MAIL FROM:<a@b.test>')
      return client.hear()
    },
    reply: '421 4.4.2',
    stage: 'rcpt',
    reason: 'took-too-long',
    isListed: true,
  },
  {
    bound: 'bytes of a session',
    settings: { SMTP_SESSION_BYTES: '5000', SMTP_MAX_MESSAGE_BYTES: '5000' },
    act: async (client) => {
      await inData(client)
      return client.ask('x'.repeat(5000))
    },
    reply: '421 4.4.2',
    stage: 'data',
    reason: 'too-large',
    isListed: true,
  },
  {
    bound: 'the least rate',
    settings: { SMTP_IDLE_SECONDS: '1' },
    act: async (client) => {
      await inData(client)
      return client.hear()
    },
    reply: '421 4.4.2',
    stage: 'data',
    reason: 'took-too-long',
    isListed: true,
  },
  {
    bound: 'connections in all',
    settings: { SMTP_MAX_CONNECTIONS: '1' },
    act: again,
    reply: '421 4.7.0',
    stage: 'connect',
    reason: 'too-many-connections',
    isListed: true,
  },
  {
    bound: 'connections of an address',
    settings: { SMTP_MAX_CONNECTIONS_PER_ADDRESS: '1' },
    act: again,
    reply: '421 4.7.0',
    stage: 'connect',
    reason: 'too-many-connections',
    isListed: true,
  },
  {
    bound: 'connections a minute',
    settings: { SMTP_CONNECTIONS_PER_MINUTE_PER_ADDRESS: '1' },
    act: again,
    reply: '421 4.7.0',
    stage: 'connect',
    reason: 'rate-exceeded',
    isListed: true,
  },
  {
    bound: 'errors',
    settings: {},
    act: async (client) => {
      for (let n = 0; n < 10; n++) expect(await client.ask('NONSENSE')).toStartWith('500')
      return client.hear()
    },
    reply: '421 4.7.0',
    stage: 'connect',
    reason: 'rate-exceeded',
    isListed: false,
  },
  {
    bound: 'bytes gathered',
    settings: { SMTP_MAX_BUFFERED_BYTES: '1048576', SMTP_BUFFER_WAIT_SECONDS: '1' },
    act: async (client, door) => {
      await door.core.gathered.take(1_048_576)
      return mail(client, '\r\nhello')
    },
    reply: '452 4.3.1',
    stage: 'data',
    reason: 'too-busy',
    isListed: true,
  },
]

test.concurrent.each(cases.map((one) => [one.bound, one] as const))(
  'the bound on %s is said, counted and, where it belongs, listed',
  async (_bound, { settings, act, reply, stage, reason, isListed }) => {
    await using door = await openDoor(settings, { strangers: true })
    const client = await greeted(door.port)
    expect(await act(client, door)).toStartWith(reply)
    expect(await door.core.metrics.text()).toContain(
      `mayfly_mails_refused_total{stage="${stage}",reason="${reason}"} 1\n`,
    )
    expect((await refusals(door)).map((one) => [one.stage, one.reason])).toEqual(isListed ? [[stage, reason]] : [])
  },
)
