// Credentials that Mayfly makes: shown once, kept as a hash.
import { type Outside, randomText } from './outside.ts'

/** `prefix` and 40 characters of 0-9A-Za-z: 238 random bits. */
export const makeSecret = (outside: Outside, prefix: string): string => prefix + randomText(outside, 40)

/** SHA-256 in hexadecimal: enough for secrets with so many random bits (passwords are another matter). */
export const hashSecret = (secret: string): string => new Bun.CryptoHasher('sha256').update(secret).digest('hex')
