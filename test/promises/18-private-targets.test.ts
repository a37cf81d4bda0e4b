// Promise 18: the server fetches nothing private for a user, however the address is given.
import { expect, test } from 'bun:test'
import { HttpSender } from '../../src/webhooks/sending.ts'
import { Targets } from '../../src/webhooks/targets.ts'
import { receiver } from '../webhooks/receiver.ts'
import { figures, size } from './promise.ts'

const each = size(200, 20_000)
const strict = new Targets({ allowNetworks: [], allowHttp: true })

/** Networks that are not for everybody: the first bytes, and how many bits of them count. */
const private4: [number[], number][] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 2, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 4],
  [[240, 0, 0, 0], 4],
]

function within([network, bits]: [number[], number]): number {
  const base = network.reduce((value, byte) => value * 256 + byte, 0)
  return base + Math.floor(Math.random() * 2 ** (32 - bits))
}

const hex = (value: number): string => `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`
const bytesOf = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)

/** An address as a resolver could answer it. */
function formsOf(value: number): string[] {
  const dotted = bytesOf(value).join('.')
  return [
    dotted,
    `::ffff:${dotted}`,
    `::ffff:${hex(value)}`,
    `0:0:0:0:0:FFFF:${hex(value)}`,
    `::${dotted}`,
    `64:ff9b::${hex(value)}`,
    `64:ff9b:1::${hex(value)}`,
    `2002:${hex(value)}::1`,
    `fe80::${hex(value)}`,
    `fd00::${hex(value)}%1`,
  ]
}

/** And as somebody could write it in a URL. */
function hostsOf(value: number): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(value)
  const octal = (byte: number): string => `0${byte.toString(8)}`
  return [
    `${a}.${b}.${c}.${d}`,
    `${a}.${b}.${c}.${d}.`,
    String(value),
    `0x${value.toString(16)}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${octal(a)}.${octal(b)}.${octal(c)}.${octal(d)}`,
    `%3${String(a).slice(0, 1)}${String(a).slice(1)}.${b}.${c}.${d}`,
    ...formsOf(value)
      .slice(1)
      .filter((form) => !form.includes('%'))
      .map((form) => `[${form}]`),
  ]
}

test(`promise 18: none of ${each * private4.length} private addresses is reached, in any form of it`, async () => {
  await using there = receiver()
  const wrong: string[] = []
  let looked = 0
  for (const network of private4) {
    for (let n = 0; n < each; n++) {
      const value = within(network)
      for (const form of formsOf(value)) if (strict.mayReach(form)) wrong.push(form)
      for (const host of hostsOf(value)) {
        looked++
        try {
          wrong.push(strict.read(`http://${host}:${there.port}/`))
        } catch {
          // As it should be.
        }
      }
    }
  }
  expect(wrong).toEqual([])
  // What a name leads to is judged in the same way, at each attempt.
  for (const network of private4) {
    for (const form of formsOf(within(network))) {
      const sender = new HttpSender(strict, async () => ['8.8.8.8', form], { milliseconds: 2000 })
      const post = { url: `http://hooks.test:${there.port}/`, headers: {}, body: '{}' }
      expect(await sender.send(post, new AbortController().signal)).toEqual({
        statusCode: null,
        error: 'the address is not allowed',
      })
    }
  }
  expect(there.got).toEqual([])
  figures(`${looked} URLs and as many addresses, none taken`)
}, 600_000)
