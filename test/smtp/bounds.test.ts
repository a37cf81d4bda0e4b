import { expect, test } from 'bun:test'
import { openDoor, refusals } from './door.ts'
import { greeted, inData, talk } from './talk.ts'

const stranger = { strangers: true }

test.concurrent('a mail that says it is too large is refused at MAIL', async () => {
  await using door = await openDoor({ SMTP_MAX_MESSAGE_BYTES: '2000' })
  const client = await greeted(door.port)
  expect(await client.ask('MAIL FROM:<a@b.test> SIZE=2001')).toStartWith('552 5.3.4')
  expect(await client.ask('MAIL FROM:<a@b.test> SIZE=99999999999999999999')).toStartWith('552 5.3.4')
  expect(await client.ask('MAIL FROM:<a@b.test> SIZE=2000')).toStartWith('250')
  expect(await refusals(door)).toMatchObject([
    { stage: 'mail', reason: 'too-large', from: 'a@b.test' },
    { stage: 'mail', reason: 'too-large' },
  ])
})

test.concurrent('a mail that is too large is refused after its end, and the next is taken', async () => {
  await using door = await openDoor({ SMTP_MAX_MESSAGE_BYTES: '2000' })
  const client = await greeted(door.port)
  const mail = (bytes: number) => `\r\n${'x'.repeat(bytes - 4)}\r\n`
  await inData(client)
  expect(await client.ask(`${mail(2001)}.`)).toStartWith('552 5.3.4')
  await inData(client)
  expect(await client.ask(`${mail(2000)}.`)).toStartWith('250')
  expect(door.stored().map(({ bytes }) => bytes.length)).toEqual([2000])
  expect(door.core.gathered.held).toBe(0)
  expect(await refusals(door)).toMatchObject([{ stage: 'data', reason: 'too-large', to: 'box@mayfly.test' }])
})

test.concurrent('pieces of a mail that turns out too large do not stay behind', async () => {
  await using door = await openDoor({ SMTP_MAX_MESSAGE_BYTES: '3000000' })
  const client = await greeted(door.port)
  await inData(client)
  expect(await client.ask(`${`${'x'.repeat(998)}\r\n`.repeat(4000)}.`)).toStartWith('552 5.3.4')
  expect(contents(door)).toBe(0)
})

test.concurrent('a mail without an end is cut off at twice the largest', async () => {
  await using door = await openDoor({ SMTP_MAX_MESSAGE_BYTES: '100000' })
  const client = await greeted(door.port)
  await inData(client)
  client.send(`${'x'.repeat(998)}\r\n`.repeat(201))
  expect(await client.hear()).toStartWith('552 5.3.4')
  expect(await client.rest()).toBe('')
  expect(contents(door)).toBe(0)
})

test.concurrent.each([
  ['bytes', { SMTP_MAX_HEADER_BYTES: '1024' }, `Subject: ${'x'.repeat(1020)}\r\n\r\nhello\r\n`, '552 5.3.4'],
  ['bytes without any line end', { SMTP_MAX_HEADER_BYTES: '1024' }, 'x'.repeat(2000), '552 5.3.4'],
  ['lines', { SMTP_MAX_HEADER_LINES: '10' }, `${'A: b\r\n'.repeat(11)}\r\nhello\r\n`, '552 5.3.4'],
  ['folded lines', { SMTP_MAX_HEADER_LINES: '10' }, `A: b\r\n${' c\r\n'.repeat(10)}\r\nhello\r\n`, '552 5.3.4'],
  ['lines that end in a bare LF', { SMTP_MAX_HEADER_LINES: '10' }, `${'A: b\n'.repeat(11)}\nhello\r\n`, '552 5.3.4'],
  ['hops', { SMTP_MAX_RECEIVED_HOPS: '3' }, `${'RECEIVED: by a\r\n\t; b\r\n'.repeat(4)}\r\nhello\r\n`, '554 5.4.6'],
] as const)('a header of too many %s is refused', async (_what, settings, mail, reply) => {
  await using door = await openDoor(settings)
  const client = await greeted(door.port)
  await inData(client)
  expect(await client.ask(`${mail}\r\n.`)).toStartWith(reply)
  await inData(client)
  await client.drip([...mail])
  expect(await client.ask('\r\n.')).toStartWith(reply)
  expect(contents(door)).toBe(0)
})

test.concurrent('a header just within its bounds is taken, and the body is not counted', async () => {
  await using door = await openDoor({
    SMTP_MAX_HEADER_BYTES: '1024',
    SMTP_MAX_HEADER_LINES: '10',
    SMTP_MAX_RECEIVED_HOPS: '3',
  })
  const client = await greeted(door.port)
  const received = 'Received: by a\r\n'
  const mail = `${received.repeat(3)}X: ${'x'.repeat(900)}\r\n${'A: b\r\n'.repeat(6)}\r\n${received.repeat(100)}`
  await inData(client)
  expect(await client.ask(`${mail}.`)).toStartWith('250')
})

test.concurrent('too many recipients are refused for now, those before get the mail', async () => {
  await using door = await openDoor({ SMTP_MAX_RECIPIENTS: '3' })
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  for (let n = 1; n <= 3; n++) expect(await client.ask(`RCPT TO:<box${n}@mayfly.test>`)).toStartWith('250')
  for (let n = 4; n <= 30; n++) expect(await client.ask(`RCPT TO:<box${n}@mayfly.test>`)).toStartWith('452 4.5.3')
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.core.told.filter(({ type }) => type === 'message.stored')).toHaveLength(3)
})

test.concurrent('strangers send so many mails on a connection and no more; trusted clients any number', async () => {
  await using open = await openDoor({ SMTP_MAX_MAILS_PER_SESSION: '2' }, stranger)
  await using lab = await openDoor({ SMTP_MAX_MAILS_PER_SESSION: '2' })
  for (const [door, mails] of [
    [open, 2],
    [lab, 5],
  ] as const) {
    const client = await greeted(door.port)
    for (let n = 1; n <= mails; n++) {
      await inData(client)
      expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
    }
    const next = await client.ask('MAIL FROM:<a@b.test>')
    expect(next).toStartWith(door === open ? '421 4.7.0' : '250')
    expect(door.stored()).toHaveLength(mails)
  }
})

test.concurrent.each(['', 'EHL'])('a connection that is silent is closed (it had said %p)', async (begun) => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '1' })
  const client = await talk(door.port)
  await client.hear()
  client.send(begun)
  expect(await client.hear()).toStartWith('421 4.4.2')
  expect(await client.rest()).toBe('')
})

test.concurrent('one that sends its commands byte by byte does not last either', async () => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '1' })
  const client = await talk(door.port)
  await client.hear()
  const dribble = setInterval(() => client.send('x'), 100)
  expect(await client.hear()).toStartWith('421 4.4.2')
  clearInterval(dribble)
})

test.concurrent('a mail that stops half-way is given up, and nothing of it is stored', async () => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '1', SMTP_MIN_BYTES_PER_SECOND: '0' })
  const client = await greeted(door.port)
  await inData(client)
  client.send(`Subject: half\r\n\r\n${'x'.repeat(2_000_000)}`)
  expect(await client.hear()).toStartWith('421 4.4.2')
  expect(contents(door)).toBe(0)
  expect(door.core.gathered.held).toBe(0)
  expect(await refusals(door)).toMatchObject([{ stage: 'data', reason: 'took-too-long', to: 'box@mayfly.test' }])
})

test.concurrent('a mail that comes in too slowly is given up', async () => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '1', SMTP_MIN_BYTES_PER_SECOND: '500' })
  const client = await greeted(door.port)
  await inData(client)
  const dribble = setInterval(() => client.send('x'), 100)
  expect(await client.hear()).toStartWith('421 4.4.2')
  clearInterval(dribble)
  expect(contents(door)).toBe(0)
})

test.concurrent('a session of a stranger ends, however busy it is', async () => {
  await using door = await openDoor({ SMTP_SESSION_SECONDS: '1' }, stranger)
  const client = await greeted(door.port)
  let reply = ''
  while (!reply.startsWith('4')) reply = await client.ask('MAIL FROM:<a@b.test>')
  expect(reply).toStartWith('421')
})

test.concurrent('a stranger sends so many bytes and no more', async () => {
  await using door = await openDoor({ SMTP_SESSION_BYTES: '10000', SMTP_MAX_MESSAGE_BYTES: '9000' }, stranger)
  const client = await greeted(door.port)
  await inData(client)
  client.send(`\r\n${'x'.repeat(10_000)}`)
  expect(await client.hear()).toStartWith('421 4.4.2')
  expect(contents(door)).toBe(0)
})

test.concurrent('strangers leave some places to trusted clients', async () => {
  await using door = await openDoor({
    SMTP_MAX_CONNECTIONS: '20',
    SMTP_MAX_CONNECTIONS_PER_ADDRESS: '100',
    SMTP_TRUSTED_NETWORKS: '127.0.0.9',
  })
  const hear = async (from: string) => (await (await talk(door.port, { from })).hear()).slice(0, 3)
  for (let n = 1; n <= 18; n++) expect(await hear('127.0.0.1')).toBe('220')
  expect(await hear('127.0.0.1')).toBe('421')
  expect([await hear('127.0.0.9'), await hear('127.0.0.9'), await hear('127.0.0.9')]).toEqual(['220', '220', '421'])
})

test.concurrent('connections in all have a limit, for trusted clients too', async () => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS: '2' })
  const first = await greeted(door.port)
  await greeted(door.port)
  const third = await talk(door.port)
  expect(await third.hear()).toStartWith('421 4.7.0')
  expect(await third.rest()).toBe('')
  first.hangUp()
  while ((await door.connections()) > 1) await Bun.sleep(5)
  expect(await (await talk(door.port)).hear()).toStartWith('220')
  expect(await refusals(door)).toMatchObject([
    { stage: 'connect', reason: 'too-many-connections', client: '127.0.0.1' },
  ])
})

test.concurrent('connections from one address have a limit, exactly, and another address is not touched by it', async () => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: '3' }, stranger)
  const heard = await Promise.all(Array.from({ length: 10 }, async () => (await talk(door.port)).hear()))
  expect(heard.filter((reply) => reply.startsWith('220'))).toHaveLength(3)
  expect(heard.filter((reply) => reply.startsWith('421 4.7.0'))).toHaveLength(7)
  expect(await (await talk(door.port, { from: '127.0.0.2' })).hear()).toStartWith('220')
})

test.concurrent('new connections a minute from one address have a limit, exactly', async () => {
  await using door = await openDoor({ SMTP_CONNECTIONS_PER_MINUTE_PER_ADDRESS: '5' }, stranger)
  const codes: string[] = []
  for (let n = 1; n <= 8; n++) {
    const client = await talk(door.port)
    codes.push((await client.hear()).slice(0, 3))
    client.hangUp()
  }
  expect(codes).toEqual(['220', '220', '220', '220', '220', '421', '421', '421'])
  expect((await refusals(door)).map(({ reason }) => reason)).toEqual(Array(3).fill('rate-exceeded'))
})

test.concurrent('trusted clients have no limit by address', async () => {
  await using door = await openDoor({
    SMTP_MAX_CONNECTIONS_PER_ADDRESS: '1',
    SMTP_CONNECTIONS_PER_MINUTE_PER_ADDRESS: '1',
  })
  for (let n = 1; n <= 5; n++) expect(await (await talk(door.port)).hear()).toStartWith('220')
})

test.concurrent('beyond the limit a TLS listener spends no handshake', async () => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: '1' }, stranger)
  await greeted(door.port)
  expect(
    await talk(door.tlsPort, { tls: true }).then(
      () => 'connected',
      () => 'dropped',
    ),
  ).toBe('dropped')
})

test.concurrent.each([
  ['a command', '', `NOOP ${'x'.repeat(4092)}`],
  ['a command without an end', '', 'x'.repeat(1_000_000)],
  ['an AUTH line', '', `AUTH PLAIN ${'A'.repeat(12_288)}`],
  ['an AUTH answer', 'AUTH PLAIN', 'A'.repeat(12_289)],
])('%s that is too long ends the connection', async (_what, before, line) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  if (before) expect(await client.ask(before)).toStartWith('334')
  client.send(`${line}\r\n`)
  expect(await client.hear()).toStartWith('500 5.5.2')
  expect(await client.hear()).toStartWith('421 4.7.0')
  expect(await client.rest()).toBe('')
})

test.concurrent('an endless line byte by byte ends as soon as it is too long', async () => {
  await using door = await openDoor({ SMTP_MAX_COMMAND_BYTES: '512' })
  const client = await greeted(door.port)
  await client.drip('x'.repeat(513))
  expect(await client.hear()).toStartWith('500 5.5.2')
  expect(await client.hear()).toStartWith('421')
})

test.concurrent('lines of just the right length are taken', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask(`NOOP ${'x'.repeat(4091)}`)).toStartWith('250')
  expect(await client.ask(`AUTH PLAIN ${'A'.repeat(12_276)}`)).toStartWith('235')
})

test.concurrent('so many errors end a connection', async () => {
  await using door = await openDoor({ SMTP_MAX_ERRORS: '4' })
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  for (const line of ['NONSENSE', 'RCPT TO:<a@elsewhere.example>', 'MAIL FROM:<a@b.test>', 'RCPT TO:<x>']) {
    expect(await client.ask(line)).toMatch(/^5/)
  }
  expect(await client.hear()).toStartWith('421 4.7.0')
  expect(await client.rest()).toBe('')
})

test.concurrent.each(['NOOP', 'RSET', 'VRFY a', 'EHLO again.example', 'MAIL FROM:<a@b.test>\r\nRSET'])(
  'a flood of %p without a mail ends',
  async (line) => {
    await using door = await openDoor({ SMTP_MAX_ERRORS: '1', SMTP_MAX_RECIPIENTS: '1' }, stranger)
    const client = await greeted(door.port)
    client.send(`${line}\r\n`.repeat(100))
    expect((await client.rest()).trimEnd().split('\r\n').at(-1)).toStartWith('421 4.7.0')
  },
)

test.concurrent('commands that were answered before a mail do not count after it', async () => {
  await using door = await openDoor({ SMTP_MAX_ERRORS: '1', SMTP_MAX_RECIPIENTS: '1' }, stranger)
  const client = await greeted(door.port)
  for (let n = 1; n <= 5; n++) {
    await inData(client)
    expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
    await client.ask('NOOP')
    await client.ask('RSET')
  }
})

test.concurrent('bytes gathered over all connections have a bound: who waits too long is refused for now', async () => {
  await using door = await openDoor({ SMTP_MAX_BUFFERED_BYTES: '1048576', SMTP_BUFFER_WAIT_SECONDS: '1' })
  const { gathered } = door.core
  await gathered.take(1_000_000)
  const client = await greeted(door.port)
  await inData(client)
  expect(await client.ask(`\r\n${'y'.repeat(400_000)}\r\n.`)).toStartWith('452 4.3.1')
  expect(await refusals(door)).toMatchObject([{ stage: 'data', reason: 'too-busy', to: 'box@mayfly.test' }])
  gathered.release(1_000_000)
  await inData(client)
  expect(await client.ask(`\r\n${'y'.repeat(400_000)}\r\n.`)).toStartWith('250')
  expect(gathered.held).toBe(0)
})

test.concurrent('those who send much of a mail and then nothing keep no room from the others', async () => {
  await using door = await openDoor({ SMTP_MAX_BUFFERED_BYTES: '1048576', SMTP_BUFFER_WAIT_SECONDS: '10' })
  const part = `\r\n${'x'.repeat(240_000)}`
  const hoarders = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const client = await greeted(door.port)
      await inData(client, `hoarder${n}@mayfly.test`)
      client.send(part)
      return client
    }),
  )
  const good = await greeted(door.port)
  for (let n = 0; n < 5; n++) {
    await inData(good)
    expect(await good.ask(`\r\n${'y'.repeat(400_000)}\r\n.`)).toStartWith('250')
  }
  for (const client of hoarders) expect(await client.ask('z\r\n.')).toStartWith('250')
  const sizes = door.stored().map(({ bytes }) => bytes.toString())
  expect(sizes.filter((bytes) => bytes === `${part}z\r\n`)).toHaveLength(12)
  expect(door.core.gathered.held).toBe(0)
})

test.concurrent('a client that goes away in the middle of a mail leaves nothing behind', async () => {
  await using door = await openDoor()
  for (const bytes of [0, 10, 100_000, 3_000_000]) {
    const client = await greeted(door.port)
    await inData(client)
    client.send(`Subject: half\r\n\r\n${'x'.repeat(bytes)}`)
    if (bytes > 1_000_000) while (contents(door) === 0) await Bun.sleep(5)
    client.hangUp()
  }
  while ((await door.connections()) > 0) await Bun.sleep(5)
  while (contents(door) > 0) await Bun.sleep(5)
  expect(door.stored()).toEqual([])
  expect(door.core.gathered.held).toBe(0)
})

/** Rows of contents in any state, those on their way in included. */
function contents({ core }: Awaited<ReturnType<typeof openDoor>>): number {
  return (
    core.connection.sqlite.query<{ n: number }, []>("SELECT count(*) AS n FROM contents WHERE state <> 'dropped'").get()
      ?.n ?? 0
  )
}
