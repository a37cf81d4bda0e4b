// UUIDs as ULIDs: the same 128 bits in 26 characters of Crockford's base32.

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 26
/** How the digits may be misread: https://www.crockford.com/base32.html */
const misread: Record<string, string> = { I: '1', L: '1', O: '0' }

export function ulidOf(uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`)
  let ulid = ''
  for (let n = 0; n < length; n++) {
    ulid = (digits[Number(rest & 31n)] ?? '') + ulid
    rest >>= 5n
  }
  return ulid
}

/** In any case, and as it may be misread; null for what is none. */
export function uuidOf(ulid: string): string | null {
  if (ulid.length !== length || !/^[0-9A-Za-z]+$/.test(ulid)) return null
  let bits = 0n
  for (const written of ulid.toUpperCase()) {
    const digit = digits.indexOf(misread[written] ?? written)
    if (digit < 0) return null
    bits = (bits << 5n) | BigInt(digit)
  }
  // 26 digits have room for 130 bits.
  if (bits >> 128n > 0n) return null
  return bits
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The UUID that is written as one or as a ULID, in any case; null for what is neither. */
export const anyIdOf = (text: string): string | null =>
  uuid.test(text.toLowerCase()) ? text.toLowerCase() : uuidOf(text)
