// Bytes of one mail that are not stored yet: a small mail's as they came, a larger one's in blocks.
import { joined } from '../storage/parcel.ts'
import { type Blocks, blockBytes } from './blocks.ts'

/** Up to here a mail costs no block. */
const smallBytes = blockBytes

export class Gathering {
  /** Bytes of mail. */
  size = 0
  /** Bytes of memory. */
  held = 0
  private chunks: Uint8Array[] = []
  private blocks: Uint8Array[] = []

  constructor(private readonly pool: Blocks) {}

  /** How much more memory so many bytes need. */
  costOf(bytes: number): number {
    const size = this.size + bytes
    if (this.blocks.length === 0 && size <= smallBytes) return bytes
    return Math.ceil(size / blockBytes) * blockBytes - this.held
  }

  add(bytes: Uint8Array): void {
    this.held += this.costOf(bytes.byteLength)
    if (this.blocks.length === 0 && this.size + bytes.byteLength <= smallBytes) this.chunks.push(compact(bytes))
    else {
      const before = this.chunks
      this.chunks = []
      let at = this.blocks.length === 0 ? 0 : this.size
      for (const chunk of before) at = this.copy(chunk, at)
      this.copy(bytes, at)
    }
    this.size += bytes.byteLength
  }

  /** The bytes, each part with a buffer of its own or a shared one: what crosses to the writer takes whole buffers along. */
  parts(): Uint8Array[] {
    if (this.blocks.length === 0) return this.size === 0 ? [] : [inOne(this.chunks, this.size)]
    const last = this.blocks.length - 1
    return this.blocks.map((block, n) => (n === last ? block.subarray(0, this.size - last * blockBytes) : block))
  }

  /** Lets go of everything, once nobody reads it any more. */
  clear(): void {
    this.pool.give(this.blocks)
    this.chunks = []
    this.blocks = []
    this.size = 0
    this.held = 0
  }

  private copy(bytes: Uint8Array, to: number): number {
    let at = to
    for (let from = 0; from < bytes.byteLength; ) {
      const within = at % blockBytes
      if (within === 0) this.blocks.push(this.pool.take())
      const some = bytes.subarray(from, from + blockBytes - within)
      this.blocks.at(-1)?.set(some, within)
      from += some.byteLength
      at += some.byteLength
    }
    return at
  }
}

/** A copy of what is a small part of a larger buffer, which would be kept whole. */
const compact = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes

function inOne(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks
  if (first && chunks.length === 1 && first.byteLength === first.buffer.byteLength) return first
  return joined(chunks, size)
}
