// Memory for large mails on their way to the writer thread: both threads see it, so nothing is copied or left to collect.

export const blockBytes = 64 * 1024

/** Blocks that are kept for the next mails: 16 MiB. */
const mostFree = 256

/** Blocks that are free. Who takes one gives it back when nobody reads it any more. */
export class Blocks {
  private readonly free: Uint8Array[] = []

  take(): Uint8Array {
    return this.free.pop() ?? new Uint8Array(new SharedArrayBuffer(blockBytes))
  }

  give(blocks: readonly Uint8Array[]): void {
    for (const block of blocks) if (this.free.length < mostFree) this.free.push(block)
  }
}
