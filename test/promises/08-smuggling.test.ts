// Promise 8: one mail sent is one mail stored, however its bytes are split, and whatever looks like its end.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Dots } from '../../src/smtp/dots.ts'
import { type Door, openDoor } from '../smtp/door.ts'
import { fakeEnds, mailWith, undotted } from '../smtp/fake-ends.ts'
import { greeted, type Talk } from '../smtp/talk.ts'
import { figures, isFull } from './promise.ts'

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

/** Ways to cut it: anywhere around the fake end and the true one, once or (at full size) twice, and into single bytes. */
function cuts(sent: string, from: number, to: number): string[][] {
  const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n)
  const places = [...range(from - 1, to + 1), ...(isFull ? range(sent.length - 6, sent.length - 1) : [])]
  const once = places.map((at) => [sent.slice(0, at), sent.slice(at)])
  const twice = isFull
    ? places.flatMap((one) =>
        places
          .filter((other) => other > one)
          .map((other) => [sent.slice(0, one), sent.slice(one, other), sent.slice(other)]),
      )
    : []
  return [[sent], ...once, ...twice, [sent.slice(0, from), ...sent.slice(from, to + 1), sent.slice(to + 1)]]
}

test.each(['plain', 'STARTTLS', 'TLS'] as const)(
  'promise 8: one mail sent is one mail stored, over %s, split anywhere around any fake end',
  async (how) => {
    let mails = 0
    for (const fake of fakeEnds) {
      await using door = await openDoor()
      const client = await connected(door, how)
      const { sent, from, to } = mailWith(fake)
      for (const pieces of cuts(sent, from, to)) {
        await sendsOne(door, client, sent, pieces)
        mails++
      }
      client.hangUp()
    }
    figures(`${mails} mails with ${fakeEnds.length} fake ends over ${how}, one stored for each, byte for byte`)
  },
  600_000,
)

test('promise 8: every byte on its own is the same mail', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  for (const fake of fakeEnds) {
    const { sent } = mailWith(fake)
    await sendsOne(door, client, sent, [...sent])
  }
}, 60_000)

test('promise 8: an end of a mail split anywhere is one', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  for (const sent of ['.\r\n', '..\r\n.\r\n', '\r\n.\r\n', 'a\r\n.\r\n', '.a\r\n.\r\n']) {
    for (let at = 0; at <= sent.length; at++) await sendsOne(door, client, sent, [sent.slice(0, at), sent.slice(at)])
  }
})

test('promise 8: what follows the end in the same piece is the next command', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  client.send('MAIL FROM:<a@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\nhello\r\n.\r\n.\r\nNOOP\r\n')
  for (const code of ['250', '250', '354', '250', '500', '250']) expect(await client.hear()).toStartWith(code)
  expect(door.stored()).toHaveLength(1)
})

test('promise 8: any bytes, split in any way, are read as if they came slowly', () => {
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
