// How changes travel to the writer thread: those that carry bytes as one text and the bytes beside it, since cloning nested
// objects costs a mail more than storing it does.
import type { Work } from './group.ts'
import { untyped } from './untyped.ts'

type Bytes = Uint8Array | readonly Uint8Array[]

/** `text`: the work in JSON, without its bytes. `places`: whose they are, a work's number and the name of its field. */
export type Parcel = { text: string; places: [number, string][]; bytes: Bytes[]; rest: Work[] }

export function pack(work: readonly Work[]): Parcel {
  const parcel: Parcel = { text: '', places: [], bytes: [], rest: [] }
  const lean: Work[] = []
  for (const one of work) {
    const before = parcel.bytes.length
    const input = withoutBytes(one.input, lean.length, parcel)
    if (parcel.bytes.length === before) parcel.rest.push(one)
    else lean.push({ ...one, input: untyped(input) })
  }
  parcel.text = JSON.stringify(lean)
  return parcel
}

/** Bytes from here on cost more to copy than to hand over. */
const largeBytes = 64 * 1024

/** The memory of what is handed over to the writer thread, and no longer there for whoever asked for the change. */
export const handedOver = ({ bytes }: Parcel): ArrayBuffer[] =>
  bytes.flatMap((some) => (some instanceof Uint8Array && some.byteLength > largeBytes ? ownBuffers(some) : []))

/** The buffer of bytes that are all of it, unless several threads share it. */
export const ownBuffers = ({ buffer, byteLength }: Uint8Array): ArrayBuffer[] =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []

export function unpack({ text, places, bytes, rest }: Parcel): Work[] {
  const work: { id: number; name: string; input: Record<string, unknown> }[] = JSON.parse(text)
  for (const [index, [number, field]] of places.entries()) {
    const input = work[number]?.input
    if (input) input[field] = bytes[index]
  }
  return [...work.map((one) => ({ ...one, input: untyped(one.input) })), ...rest]
}

function withoutBytes(input: unknown, number: number, { places, bytes }: Parcel): unknown {
  if (typeof input !== 'object' || input === null) return input
  const lean: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(input)) {
    if (isBytes(value)) {
      places.push([number, field])
      bytes.push(value)
    } else lean[field] = value
  }
  return lean
}

const isBytes = (value: unknown): value is Bytes =>
  value instanceof Uint8Array ||
  (Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof Uint8Array))
