// Whether there is room for more mail: the store's own bound, and what is free on its disk.
import { statfs } from 'node:fs/promises'
import type { Figures } from './writer.ts'

export type RoomLimits = { maxBytes: number; minFreeBytes: number }

export class Room {
  figures: Figures = { bytes: 0, walBytes: 0 }
  private freeBytes = Number.POSITIVE_INFINITY

  constructor(
    private readonly dataDir: string,
    private readonly limits: RoomLimits,
  ) {}

  get free(): number {
    return this.freeBytes
  }

  /** Looks at the disk again. */
  async measure(): Promise<void> {
    const { bavail, bsize } = await statfs(this.dataDir)
    this.freeBytes = bavail * bsize
  }

  /** A sentence for the operator when no mail is taken for want of room; null while there is some. */
  shortage(): string | null {
    const { maxBytes, minFreeBytes } = this.limits
    if (this.figures.bytes >= maxBytes)
      return `the store holds ${this.figures.bytes} bytes, and storage.max_bytes is ${maxBytes}`
    if (this.freeBytes < minFreeBytes) {
      return `the disk has ${this.freeBytes} bytes left, and storage.min_free_bytes is ${minFreeBytes}`
    }
    return null
  }
}
