// What Mayfly takes from the world besides its sockets and files: time, randomness, names. Tests give their own.
import { lookup } from 'node:dns/promises'

export type Outside = {
  /** Wall time, epoch milliseconds: for lifetimes and what is shown. */
  now: () => number
  /** Monotonic milliseconds: for deadlines and durations. */
  elapsed: () => number
  /** A UUIDv7 (RFC 9562 §5.7) of this moment. */
  uuid: () => string
  randomBytes: (length: number) => Uint8Array
  /** The IP addresses that a host name has, the system's own names included. Throws where it has none. */
  resolve: (host: string) => Promise<string[]>
  /** The port to which the world's mail servers come. */
  mailPort: number
  /** What one guess at a password costs whoever has its hash: KiB, and passes over them (argon2id). */
  guessCost: { memoryCost: number; timeCost: number }
}

export const realOutside: Outside = {
  now: Date.now,
  elapsed: () => performance.now(),
  uuid: () => Bun.randomUUIDv7(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  mailPort: 25,
  guessCost: { memoryCost: 19_456, timeCost: 2 },
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `length` characters of 0-9A-Za-z, each equally likely: 5.95 bits a character. */
export function randomText(outside: Outside, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of outside.randomBytes(length * 2)) {
      // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** A whole number from 0 to `below` - 1 (`below` up to 2^32). */
export function randomBelow(outside: Outside, below: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = outside.randomBytes(6)
  return Math.floor(((a * 256 + b) * 2 ** 32 + (c * 2 ** 24 + d * 2 ** 16 + e * 256 + f)) % below)
}
