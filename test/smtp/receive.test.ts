import { expect, test } from 'bun:test'
import { openAnonymous } from '../core.ts'
import { type Door, openDoor } from './door.ts'
import { greeted, inData, talk } from './talk.ts'

const id = /^250 2\.0\.0 [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

test('a mail that got its 250 is stored as it came, its trace beside it', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  expect(await client.hear()).toBe('220 mx.example.test ESMTP Mayfly')
  await client.ask('EHLO client.example')
  await inData(client)
  const reply = await client.ask('Subject: hi\r\n\r\nhello\r\n..\r\n.')
  expect(reply).toMatch(id)
  const [mail] = door.stored()
  expect(mail?.bytes.toString()).toBe('Subject: hi\r\n\r\nhello\r\n.\r\n')
  expect(mail?.trace).toBe(
    'Return-Path: <a@sender.example>\r\n' +
      'Received: from client.example ([127.0.0.1])\r\n' +
      '\tby mx.example.test with ESMTP\r\n' +
      `\tid ${reply.slice(10)}\r\n` +
      '\tfor <box@mayfly.test>;\r\n' +
      '\tThu, 01 Jan 2026 00:00:00 +0000\r\n',
  )
  expect(await client.ask('QUIT')).toStartWith('221')
  expect(await client.rest()).toBe('')
})

test('what is announced is what there is', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  await client.hear()
  expect((await client.ask('EHLO client.example')).split('\n')).toEqual([
    '250-mx.example.test',
    '250-PIPELINING',
    '250-SIZE 26214400',
    '250-8BITMIME',
    '250-SMTPUTF8',
    '250-ENHANCEDSTATUSCODES',
    '250-STARTTLS',
    '250 AUTH PLAIN LOGIN',
  ])
  expect(await client.ask('MAIL FROM:<a@b.test> SIZE=100 BODY=8BITMIME SMTPUTF8 AUTH=<>')).toStartWith('250 2.1.0')
})

test('a client that says HELO is taken as it is', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  await client.hear()
  expect(await client.ask('HELO old.example')).toBe('250 mx.example.test')
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.trace).toContain('with SMTP\r\n')
})

test('a client may say everything at once', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  const mail = (n: number) =>
    `MAIL FROM:<a@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\nSubject: ${n}\r\n\r\n.${n}\r\n.\r\n`
  client.send(`EHLO client.example\r\n${mail(1)}NOOP\r\n${mail(2)}${mail(3)}QUIT\r\n`)
  const codes = [...(await client.rest()).matchAll(/^(\d{3})(?!-)/gm)].map(([, code]) => code)
  const each = ['250', '250', '354', '250']
  expect(codes).toEqual(['220', '250', ...each, '250', ...each, ...each, '221'])
  expect(door.stored().map(({ bytes }) => bytes.toString())).toEqual(
    [1, 2, 3].map((n) => `Subject: ${n}\r\n\r\n${n}\r\n`),
  )
})

test('a client that closes its side when it has said everything still gets its replies', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  client.send('EHLO a.example\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\n\r\nhello\r\n.\r\n')
  client.socket().end()
  expect(await client.rest()).toMatch(/250 2\.0\.0 [0-9a-f-]{36}\r\n$/)
  expect(door.stored()).toHaveLength(1)
  while ((await door.connections()) > 0) await Bun.sleep(5)
})

test.each([
  ['the last dot', '.\r\n', /250 2\.0\.0 [0-9a-f-]{36}\r\n$/],
  ['the last dot and QUIT', '.\r\nQUIT\r\n', /250 2\.0\.0 [0-9a-f-]{36}\r\n221 2\.0\.0 Bye\r\n$/],
  [
    'more than one mail',
    '.\r\nNOOP\r\nMAIL FROM:<a@b.test>\r\nEHLO b.example\r\nBAD\r\n',
    /250 2\.0\.0 [0-9a-f-]{36}\r\n250 2\.0\.0 OK\r\n250 2\.1\.0 Sender taken\r\n250-mx\.example\.test\r\n(250-.*\r\n)*250 .*\r\n500 5\.5\.2 .*\r\n$/,
  ],
])(
  'a client that closes its side together with %s gets its replies, however long storing takes',
  async (_, last, end) => {
    await using door = await openDoor()
    slowly(door, 30)
    for (const pause of [0, 50]) {
      const client = await talk(door.port, { halfOpen: true })
      client.send('EHLO a.example\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\n\r\nhello\r\n')
      await Bun.sleep(pause)
      client.socket().end(last)
      expect(await client.rest()).toMatch(end)
      client.hangUp()
    }
    expect(door.stored()).toHaveLength(2)
    while ((await door.connections()) > 0) await Bun.sleep(5)
  },
)

/** From now on it takes so long to store a mail. */
function slowly({ core: { messages } }: Door, milliseconds: number): void {
  const arrive = messages.arrive.bind(messages)
  messages.arrive = (envelope) => {
    const arrival = arrive(envelope)
    const commit = arrival.commit.bind(arrival)
    arrival.commit = async () => {
      await Bun.sleep(milliseconds)
      return commit()
    }
    return arrival
  }
}

test('one that closes its side before the end of its mail has sent none', async () => {
  await using door = await openDoor()
  for (const how of ['plain', 'STARTTLS', 'TLS']) {
    const client = await greeted(how === 'TLS' ? door.tlsPort : door.port, { tls: how === 'TLS' })
    if (how === 'STARTTLS') {
      await client.startTls()
      await client.ask('EHLO client.example')
    }
    await inData(client)
    client.send('hello\r\n.')
    client.socket().end()
    expect(await client.rest()).toBe('')
    while ((await door.connections()) > 0) await Bun.sleep(5)
  }
  expect(door.stored()).toEqual([])
})

test('several recipients share one stored copy, and the trace names none of them', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  for (const to of ['one', 'two', 'TWO+tag', 'two']) {
    expect(await client.ask(`RCPT TO:<${to}@mayfly.test>`)).toStartWith('250 2.1.5')
  }
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()).toHaveLength(1)
  expect(door.stored()[0]?.trace).not.toContain('for <')
  expect(door.core.told.filter(({ type }) => type === 'message.stored').map(({ address }) => address)).toEqual([
    'one@mayfly.test',
    'two@mayfly.test',
  ])
})

test('bounces have no sender, and the postmaster needs no domain', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask('MAIL FROM:<>')).toStartWith('250')
  expect(await client.ask('RCPT TO:<PostMaster>')).toStartWith('250')
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.from).toBe('')
  expect(door.stored()[0]?.trace).toStartWith('Return-Path: <>\r\n')
  expect(door.core.told.find(({ type }) => type === 'message.stored')?.address).toBe('postmaster@mayfly.test')
})

test.each([
  ['a quoted local part', '"box"@mayfly.test', 'box@mayfly.test'],
  ['another case', 'BOX@MayFly.TEST', 'box@mayfly.test'],
  ['a source route', '@relay.example,@other.example:box@mayfly.test', 'box@mayfly.test'],
  ['letters beyond ASCII', 'Grüße@mayfly.test', 'grüße@mayfly.test'],
  ['a domain beyond ASCII', 'box@bücher.test', 'box@xn--bcher-kva.test'],
  ['the same domain in ASCII', 'box@xn--bcher-kva.test', 'box@xn--bcher-kva.test'],
])('%s reaches its mailbox', async (_what, to, mailbox) => {
  await using door = await openDoor({ DOMAINS: 'mayfly.test,xn--bcher-kva.test' })
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<ä@sender.example> SMTPUTF8')
  expect(await client.ask(`RCPT TO: <${to}>`)).toStartWith('250')
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.core.told.find(({ type }) => type === 'message.stored')?.address).toBe(mailbox)
  expect(door.stored()[0]?.from).toBe('ä@sender.example')
  expect(door.stored()[0]?.trace).toContain('with UTF8SMTP\r\n')
})

test.each([
  'a@my_host.local',
  'a@[192.0.2.1]',
  'a@[IPv6:2001:db8::1]',
  '"a b\\"c@d"@sender.example',
  'a+b@sender.example',
  'user.@printer.local',
])('a sender may be %s', async (from) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask(`MAIL FROM:<${from}>`)).toStartWith('250')
  await client.ask('RCPT TO:<box@mayfly.test>')
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.from).toBe(from)
})

test('an empty mail, one without a last line end, NUL bytes and all bytes above ASCII are kept', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const mails = [
    Buffer.alloc(0),
    Buffer.from('\r\n'),
    Buffer.from('\0'),
    Buffer.concat([Buffer.from('A: \0\r\n\r\n'), all]),
  ]
  for (const mail of mails) {
    await inData(client)
    client.send(mail)
    expect(await client.ask(mail.length === 0 || mail.at(-1) === 10 ? '.' : '\r\n.')).toStartWith('250')
  }
  const kept = mails.map((mail) =>
    mail.length === 0 || mail.at(-1) === 10 ? mail : Buffer.concat([mail, Buffer.from('\r\n')]),
  )
  expect(door.stored().map(({ bytes }) => bytes.toString('hex'))).toEqual(kept.map((mail) => mail.toString('hex')))
})

test('a mail larger than a piece comes through whole, byte for byte', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  const line = `${'x'.repeat(70)}\r\n..dots\r\n`
  const sent = `Subject: large\r\n\r\n${line.repeat(40_000)}`
  await inData(client)
  expect(await client.ask(`${sent}.`)).toStartWith('250')
  expect(door.stored()[0]?.bytes.equals(Buffer.from(sent.replaceAll('\r\n..', '\r\n.')))).toBe(true)
  expect(door.core.gathered.held).toBe(0)
})

test('RSET forgets the mail that was begun, and EHLO too', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  for (const again of ['RSET', 'EHLO client.example', 'HELO client.example']) {
    await client.ask('MAIL FROM:<a@b.test>')
    await client.ask('RCPT TO:<box@mayfly.test>')
    expect(await client.ask(again)).toStartWith('250')
    expect(await client.ask('DATA')).toStartWith('503 5.5.1')
  }
})

test('commands that do nothing are answered', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask('noop')).toStartWith('250 2.0.0')
  expect(await client.ask('HELP')).toStartWith('214 2.0.0')
  expect(await client.ask('VRFY root')).toStartWith('252 2.5.0')
  expect(await client.ask('EXPN list')).toStartWith('502 5.5.1')
  expect(await client.ask('TURN')).toStartWith('500 5.5.2')
  expect(await client.ask('XCLIENT ADDR=192.0.2.1')).toStartWith('500 5.5.2')
})

test('an accepted mail is one log line, without what it says', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await inData(client)
  const reply = await client.ask('Subject: hush\r\n\r\nhush\r\n.')
  expect(door.log.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'info',
      id: reply.slice(10),
      client: '127.0.0.1',
      from: 'a@sender.example',
      recipients: 1,
      bytes: 23,
      msg: 'mail taken',
    },
  ])
  expect(door.log.join()).not.toContain('hush')
})

test('a mail whose mailbox ended meanwhile got its 250, and is not logged as taken', async () => {
  await using door = await openDoor()
  const { mailbox } = await openAnonymous(door.core, { localPart: 'gone' })
  const client = await greeted(door.port)
  await inData(client, 'gone@mayfly.test')
  await door.core.mailboxes.end({ kind: 'mailbox', mailboxId: mailbox.id, operator: false }, mailbox.id, {
    permanent: true,
  })
  expect(await client.ask('\r\nhello\r\n.')).toMatch(id)
  expect(door.core.told.some(({ type }) => type === 'message.stored')).toBe(false)
  expect(door.log.map((line) => JSON.parse(line).msg)).toEqual(['mail died with its mailbox'])
})

test('connections are counted, and none is forgotten', async () => {
  await using door = await openDoor()
  const plain = await greeted(door.port)
  const upgraded = await greeted(door.port)
  await upgraded.startTls()
  const tls = await greeted(door.tlsPort, { tls: true })
  expect(await door.connections()).toBe(3)
  plain.hangUp()
  upgraded.hangUp()
  await tls.ask('QUIT')
  await tls.rest()
  tls.hangUp()
  while ((await door.connections()) > 0) await Bun.sleep(5)
  expect(await door.core.metrics.text()).toContain('mayfly_smtp_connections_total 3')
})
