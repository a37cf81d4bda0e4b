// Gives large memory back at once: the collector, which looks at the size of objects, would let hundreds of megabytes gather.

const worthBytes = 128 * 1024

/** Frees bytes that nobody reads any more, if they are many and have a buffer of their own. They are empty afterwards. */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (bytes.byteLength < worthBytes || bytes.byteLength !== buffer.byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
