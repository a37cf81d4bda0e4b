import { expect, test } from 'bun:test'
import { Refusal } from '../../src/refusal.ts'
import { openAnonymous } from '../core.ts'
import { openDoor, refusals } from './door.ts'
import { greeted, inData, talk } from './talk.ts'

test('mail for a domain that is not served is refused', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  expect(await client.ask('RCPT TO:<c@elsewhere.example>')).toStartWith('550 5.7.1')
  expect(await client.ask('RCPT TO:<c%elsewhere.example@mayfly.test>')).toStartWith('250')
  expect(await refusals(door)).toMatchObject([
    { client: '127.0.0.1', from: 'a@b.test', to: 'c@elsewhere.example', stage: 'rcpt', reason: 'relay-denied' },
  ])
  expect(await door.core.metrics.text()).toContain('mayfly_mails_refused_total{stage="rcpt",reason="relay-denied"} 1')
  expect(door.log.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'info',
      client: '127.0.0.1',
      to: ['c@elsewhere.example'],
      stage: 'rcpt',
      reason: 'relay-denied',
      msg: 'mail refused',
    },
  ])
})

test('a mailbox that does not exist is refused at RCPT, and the others still get the mail', async () => {
  await using door = await openDoor()
  const { mailbox } = await openAnonymous(door.core, { localPart: 'gone' })
  await door.core.mailboxes.end({ kind: 'mailbox', mailboxId: mailbox.id, operator: false }, mailbox.id, {
    permanent: true,
  })
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  expect(await client.ask('RCPT TO:<gone@mayfly.test>')).toStartWith('550 5.1.1')
  expect(await client.ask('RCPT TO:<there@mayfly.test>')).toStartWith('250')
  await client.ask('DATA')
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(await refusals(door)).toMatchObject([
    { to: 'gone@mayfly.test', address: 'gone@mayfly.test', reason: 'mailbox-unknown' },
  ])
})

test('a full mailbox is refused at RCPT by what the mail says of its size', async () => {
  await using door = await openDoor({ MAILBOXES_UNCLAIMED_BYTES: '1024' })
  const client = await greeted(door.port)
  await inData(client)
  await client.ask(`\r\n${'x'.repeat(500)}\r\n.`)
  await client.ask('MAIL FROM:<a@b.test> SIZE=900')
  expect(await client.ask('RCPT TO:<box@mayfly.test>')).toStartWith('552 5.2.2')
})

test('a full store refuses for now', async () => {
  await using door = await openDoor()
  door.core.room.shortage = 'the disk is full'
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  expect(await client.ask('RCPT TO:<box@mayfly.test>')).toStartWith('452 4.3.1')
  expect(await client.ask('DATA')).toStartWith('554 5.5.1')
})

test.each([
  ['storage-full', new Refusal('storage-full'), '452 4.3.1'],
  ['storage-failed', new Refusal('storage-failed'), '451 4.3.0'],
  ['storage-failed', new Error('SECRET in table x'), '451 4.3.0'],
] as const)('%s at the commit is said, and the connection goes on', async (reason, error, reply) => {
  await using door = await openDoor()
  const arrive = door.core.messages.arrive.bind(door.core.messages)
  let broken = true
  door.core.messages.arrive = (envelope) => {
    const arrival = arrive(envelope)
    if (broken) arrival.commit = () => Promise.reject(error)
    return arrival
  }
  const client = await greeted(door.port)
  await inData(client)
  const said = await client.ask('\r\nhello\r\n.')
  expect(said).toStartWith(reply)
  expect(said).not.toContain('SECRET')
  expect(door.log.join().includes('SECRET')).toBe(error.message.includes('SECRET'))
  expect(await refusals(door)).toMatchObject([{ to: 'box@mayfly.test', stage: 'data', reason }])
  broken = false
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.core.gathered.held).toBe(0)
})

test('a defect at RCPT is said as one, and nothing of its words', async () => {
  await using door = await openDoor()
  door.core.mailboxes.accepting = () => Promise.reject(new Error('SECRET'))
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  expect(await client.ask('RCPT TO:<box@mayfly.test>')).toBe('451 4.3.0 Something went wrong here; try again later')
  expect(door.log.join()).toContain('SECRET')
})

test.each([
  ['MAIL FROM:a@b.test', '501 5.5.4'],
  ['MAIL FROM <a@b.test>', '501 5.5.4'],
  ['MAIL', '501 5.5.4'],
  ['MAIL FROM:<a@b.test', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> SIZE=1 SIZE=1', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> SIZE=-1', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> SIZE=1e3', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> BODY=BINARYMIME', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> SMTPUTF8=1', '501 5.5.4'],
  ['MAIL FROM:<a@b.test> RET=FULL', '555 5.5.4'],
  ['MAIL FROM:<a>', '553 5.1.7'],
  ['MAIL FROM:<a b@c.test>', '553 5.1.7'],
  ['MAIL FROM:<a@b@c.test>', '553 5.1.7'],
  ['MAIL FROM:<@b.test>', '553 5.1.7'],
  [`MAIL FROM:<a@${'b'.repeat(600)}>`, '553 5.1.7'],
  ['RCPT TO:<box@mayfly.test>', '503 5.5.1'],
  ['DATA', '503 5.5.1'],
  ['EHLO', '501'],
  ['EHLO two words', '501'],
  [`EHLO ${'x'.repeat(256)}`, '501'],
  ['STARTTLS now', '501'],
  ['', '500'],
])('%p is refused', async (line, reply) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  expect(await client.ask(line)).toStartWith(reply)
  expect(await client.ask('MAIL FROM:<a@b.test>')).toStartWith('250')
})

test.each([
  ['MAIL FROM:<root>', 'root', 'address-invalid'],
  ['MAIL FROM:<a b@c.test>', 'a b@c.test', 'address-invalid'],
  ['MAIL FROM:<"a@b.test>', '"a@b.test', 'address-invalid'],
  ['MAIL FROM:<a\u202eb@c.test>', 'a?b@c.test', 'address-invalid'],
  [`MAIL FROM:<a@${'b'.repeat(600)}>`, `a@${'b'.repeat(318)}`, 'address-invalid'],
  ['MAIL FROM: a@b.test', 'a@b.test', 'invalid-request'],
  ['MAIL FROM <a@b.test>', 'a@b.test', 'invalid-request'],
  ['MAIL FROM:<a@b.test', 'a@b.test', 'invalid-request'],
  ['MAIL FROM:<a@b.test> SIZE=-1', 'a@b.test', 'invalid-request'],
  ['MAIL FROM:<a@b.test> RET=FULL', 'a@b.test', 'invalid-request'],
  ['MAIL', '', 'invalid-request'],
] as const)('%p leaves a trace', async (line, from, reason) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask(line)
  expect(await refusals(door)).toMatchObject([
    { client: '127.0.0.1', from, to: '', address: '', stage: 'mail', reason },
  ])
  expect(await door.core.metrics.text()).toContain(`mayfly_mails_refused_total{stage="mail",reason="${reason}"} 1`)
})

test.each([
  ['RCPT TO: box@mayfly.test', 'box@mayfly.test', 'box@mayfly.test', 'invalid-request'],
  ['RCPT TO:<box@mayfly.test> NOTIFY=NEVER', 'box@mayfly.test', 'box@mayfly.test', 'invalid-request'],
  ['RCPT TO:<box@mayfly.test> =', 'box@mayfly.test', 'box@mayfly.test', 'invalid-request'],
  ['RCPT TO:<box', 'box', '', 'invalid-request'],
  ['RCPT TO:<a"b@mayfly.test>', 'a"b@mayfly.test', '', 'address-invalid'],
  ['RCPT TO:<box>', 'box', '', 'address-invalid'],
] as const)('%p leaves a trace after MAIL', async (line, to, address, reason) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  await client.ask(line)
  expect(await refusals(door)).toMatchObject([{ from: 'a@b.test', to, address, stage: 'rcpt', reason }])
  expect(await door.core.metrics.text()).toContain(`mayfly_mails_refused_total{stage="rcpt",reason="${reason}"} 1`)
  expect(await client.ask('DATA')).toStartWith('554 5.5.1')
})

test.each([
  ['RCPT TO:<box>', '553 5.1.3'],
  ['RCPT TO:<>', '553 5.1.3'],
  ['RCPT TO:<@mayfly.test>', '553 5.1.3'],
  ['RCPT TO:<b..x@mayfly.test>', '553 5.1.3'],
  ['RCPT TO:<b x@mayfly.test>', '553 5.1.3'],
  ['RCPT TO:<box@[127.0.0.1]>', '553 5.1.3'],
  [`RCPT TO:<${'x'.repeat(65)}@mayfly.test>`, '553 5.1.3'],
  ['RCPT TO:box@mayfly.test', '501 5.5.4'],
  ['RCPT TO:<box@mayfly.test> NOTIFY=NEVER', '555 5.5.4'],
  ['MAIL FROM:<again@b.test>', '503 5.5.1'],
  ['DATA', '503 5.5.1'],
])('%p is refused after MAIL', async (line, reply) => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('MAIL FROM:<a@b.test>')
  expect(await client.ask(line)).toStartWith(reply)
  expect(await client.ask('RCPT TO:<box@mayfly.test>')).toStartWith('250')
  expect(await client.ask('DATA now')).toStartWith('501')
})

test('nothing is taken before HELO', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  await client.hear()
  for (const line of ['MAIL FROM:<a@b.test>', 'RCPT TO:<box@mayfly.test>', 'DATA', 'AUTH PLAIN AA==']) {
    expect(await client.ask(line)).toStartWith('503 5.5.1')
  }
})

test('strangers who talk before they are greeted are sent away; trusted clients are greeted without a pause', async () => {
  await using open = await openDoor({}, { strangers: true })
  const hasty = await talk(open.port)
  hasty.send('EHLO client.example\r\n')
  expect(await hasty.hear()).toStartWith('421')
  expect(await hasty.rest()).toBe('')
  await using lab = await openDoor()
  const trusted = await talk(lab.port)
  trusted.send('EHLO client.example\r\n')
  expect(await trusted.hear()).toStartWith('220')
  expect(await trusted.hear()).toStartWith('250')
})

test('a web page that posts here is sent away', async () => {
  await using door = await openDoor()
  const client = await talk(door.port)
  await client.hear()
  expect(await client.ask('POST / HTTP/1.1')).toStartWith('421')
})

test.each(['\r', '\0', '\u0007', '\u0085', '\u2028', '\u202e'])(
  'a control character in a command is refused, and reaches neither log nor trace',
  async (character) => {
    await using door = await openDoor()
    const client = await talk(door.port)
    await client.hear()
    expect(await client.ask(`EHLO client${character}example`)).toMatch(/^50[01]/)
    await client.ask('EHLO client.example')
    expect(await client.ask(`MAIL FROM:<a${character}b@c.test>`)).toMatch(/^501/)
    await client.ask('MAIL FROM:<a@b.test>')
    expect(await client.ask(`RCPT TO:<a${character}b@mayfly.test>`)).toMatch(/^501/)
    expect(await client.ask(`RCPT TO:<"a${character}b"@mayfly.test>`)).toMatch(/^501/)
    await client.ask('RCPT TO:<box@mayfly.test>')
    await client.ask('DATA')
    await client.ask('\r\nhello\r\n.')
    const kept =
      door
        .stored()
        .map(({ trace }) => trace)
        .join() +
      door.log.join() +
      JSON.stringify(await refusals(door))
    expect(kept.replaceAll('\r\n', '')).not.toContain(character)
  },
)
