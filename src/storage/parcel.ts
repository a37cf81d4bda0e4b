// How changes travel to the writer thread: those that carry bytes as one text and the bytes beside it, the small ones
// together in one buffer. Cloning nested objects, or many small buffers, costs a mail more than storing it does.
import type { Work } from './group.ts'
import { untyped } from './untyped.ts'

type Bytes = Uint8Array | readonly Uint8Array[]

/** Where the bytes of a field are: from and to in `small`, or the place in `large`. `isList`: the field has a list of bytes. */
type Small = { work: number; field: string; from: number; to: number; isList: boolean }
type Large = { work: number; field: string; at: number }
type Fields = Record<string, unknown>
type Lean = { work: { id: number; name: string; input: Fields }[]; small: Small[]; large: Large[] }

/** `text`: the work without its bytes, and where they are, in JSON. `rest`: work without any. */
export type Parcel = { text: string; small: Uint8Array<ArrayBuffer>; large: Bytes[]; rest: Work[] }

/** Bytes up to here are cheaper to copy than to send by themselves. */
const smallBytes = 16 * 1024
/** Bytes from here on cost more to copy than to hand over. */
const largeBytes = 64 * 1024

export function pack(work: readonly Work[]): Parcel {
  const lean: Lean = { work: [], small: [], large: [] }
  const rest: Work[] = []
  const large: Bytes[] = []
  const small: Uint8Array[] = []
  let size = 0
  for (const one of work) {
    const input = leanInput(one.input, (field, bytes) => {
      const parts = bytes instanceof Uint8Array ? [bytes] : bytes
      const length = parts.reduce((sum, part) => sum + part.byteLength, 0)
      if (length > smallBytes) {
        lean.large.push({ work: lean.work.length, field, at: large.length })
        large.push(bytes)
        return
      }
      lean.small.push({ work: lean.work.length, field, from: size, to: size + length, isList: parts === bytes })
      small.push(...parts)
      size += length
    })
    if (input === null) rest.push(one)
    else lean.work.push({ ...one, input })
  }
  return { text: JSON.stringify(lean), small: joined(small, size), large, rest }
}

/** The memory of what is handed over to the writer thread, and no longer there for whoever asked for the change. */
export const handedOver = ({ small, large }: Parcel): ArrayBuffer[] => [
  small.buffer,
  ...large.flatMap((some) => (some instanceof Uint8Array && some.byteLength > largeBytes ? ownBuffers(some) : [])),
]

/** The buffer of bytes that are all of it, unless several threads share it. */
export const ownBuffers = ({ buffer, byteLength }: Uint8Array): ArrayBuffer[] =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []

export function unpack({ text, small, large, rest }: Parcel): Work[] {
  const lean: Lean = JSON.parse(text)
  const put = (work: number, field: string, bytes: unknown): void => {
    const input = lean.work[work]?.input
    if (input) input[field] = bytes
  }
  for (const { work, field, from, to, isList } of lean.small) {
    const bytes = small.subarray(from, to)
    put(work, field, isList ? [bytes] : bytes)
  }
  for (const { work, field, at } of lean.large) put(work, field, large[at])
  return [...lean.work.map((one) => ({ ...one, input: untyped(one.input) })), ...rest]
}

/** An input without those of its fields that are bytes, each of which is told; null where none is. */
function leanInput(input: unknown, tell: (field: string, bytes: Bytes) => void): Fields | null {
  if (typeof input !== 'object' || input === null) return null
  const lean: Fields = {}
  let isLean = false
  for (const [field, value] of Object.entries(input)) {
    if (isBytes(value)) {
      tell(field, value)
      isLean = true
    } else lean[field] = value
  }
  return isLean ? lean : null
}

const isBytes = (value: unknown): value is Bytes =>
  value instanceof Uint8Array ||
  (Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof Uint8Array))

/** A copy of all the parts in one buffer of its own. `size`: of all of them, in bytes. */
export function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}
