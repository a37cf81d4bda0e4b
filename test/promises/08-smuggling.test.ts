import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Dots } from '../../src/smtp/dots.ts'
import { type Door, openDoor } from '../smtp/door.ts'
import { fakeEnds, mailWith, undotted } from '../smtp/fake-ends.ts'
import { greeted, type Talk } from '../smtp/talk.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** One mail in these pieces; afterwards there is one mail more, with these bytes, and the connection is where it should be. */
async function sendsOne(door: Door, client: Talk, sent: string, pieces: readonly string[]): Promise<void> {
  const before = door.stored().length
  await client.ask('MAIL FROM:<a@b.test>')
  await client.ask('RCPT TO:<box@mayfly.test>')
  expect(await client.ask('DATA')).toStartWith('354')
  await client.drip(pieces.map(latin1))
  expect(await client.hear()).toStartWith('250 2.0.0')
  expect(await client.ask('HELP')).toStartWith('214')
  const mails = door.stored()
  expect(mails).toHaveLength(before + 1)
  expect(mails.at(-1)?.bytes.toString('latin1')).toBe(undotted(sent))
}

async function connected(door: Door, how: 'plain' | 'STARTTLS' | 'TLS'): Promise<Talk> {
  const client = await greeted(how === 'TLS' ? door.tlsPort : door.port, { tls: how === 'TLS' })
  if (how === 'STARTTLS') {
    await client.startTls()
    await client.ask('EHLO client.example')
  }
  return client
}

test.each(['plain', 'STARTTLS', 'TLS'] as const)(
  'one mail sent is one mail stored, over %s, split anywhere around any fake end',
  async (how) => {
    for (const fake of fakeEnds) {
      await using door = await openDoor()
      const client = await connected(door, how)
      const { sent, from, to } = mailWith(fake)
      await sendsOne(door, client, sent, [sent])
      for (let at = from - 1; at <= to + 1; at++)
        await sendsOne(door, client, sent, [sent.slice(0, at), sent.slice(at)])
      await sendsOne(door, client, sent, [sent.slice(0, from), ...sent.slice(from, to + 1), sent.slice(to + 1)])
      client.hangUp()
    }
  },
  60_000,
)

test('every byte on its own is the same mail', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  for (const fake of fakeEnds) {
    const { sent } = mailWith(fake)
    await sendsOne(door, client, sent, [...sent])
  }
}, 60_000)

test('an end of a mail split anywhere is one', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  for (const sent of ['.\r\n', '..\r\n.\r\n', '\r\n.\r\n', 'a\r\n.\r\n', '.a\r\n.\r\n']) {
    for (let at = 0; at <= sent.length; at++) await sendsOne(door, client, sent, [sent.slice(0, at), sent.slice(at)])
  }
})

test('what follows the end in the same piece is the next command', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  client.send('MAIL FROM:<a@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\nhello\r\n.\r\n.\r\nNOOP\r\n')
  for (const code of ['250', '250', '354', '250', '500', '250']) expect(await client.hear()).toStartWith(code)
  expect(door.stored()).toHaveLength(1)
})

test('any bytes, split in any way, are read as if they came slowly', () => {
  const piece = fc.constantFrom('\r', '\n', '.', 'x', '\r\n', '\r\n.', '\r\n.\r\n', 'abc', '\0')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(120), { maxLength: 12 }), (pieces, cuts) => {
      const sent = `${pieces.join('')}\r\n.\r\nREST`
      const places = [...new Set([0, ...cuts.filter((cut) => cut < sent.length), sent.length])].sort((a, b) => a - b)
      const dots = new Dots()
      let mail = ''
      for (const [n, at] of places.slice(0, -1).entries()) {
        const { bytes, rest } = dots.read(latin1(sent.slice(at, places[n + 1])))
        mail += bytes.toString('latin1')
        if (rest === null) continue
        expect(mail).toBe(undotted(sent))
        const consumed = (places[n + 1] ?? 0) - rest.length
        expect(sent.slice(0, consumed)).toBe(
          sent.slice(0, sent.startsWith('.\r\n') ? 3 : sent.indexOf('\r\n.\r\n') + 5),
        )
        return
      }
      throw new Error('the end was not found')
    }),
    { numRuns: 3000 },
  )
})
