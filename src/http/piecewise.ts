// Answers that are too large for memory: a piece is made when the client has taken the one before.

const partBytes = 256 * 1024

const turn = (): Promise<void> => new Promise((go) => setImmediate(go))

/**
 * Pieces no faster than they are read. One that cannot be made breaks the answer off, so that it cannot look whole.
 * `over` is called once, however the answer ends, also when the client has left before it began.
 */
export function piecewise(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  init: ResponseInit,
  over: () => void,
): Response {
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    over()
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Who reads as fast as we write would else have them all in one go, and nobody else anything meanwhile.
        await turn()
        if (isOver) return
        try {
          const piece = await source.next()
          if (isOver) return
          if (!piece.done) {
            controller.enqueue(piece.value)
            return
          }
          controller.close()
        } catch (error) {
          controller.error(error)
        }
        end()
      },
      cancel: () => end(),
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, init)
}

/** Parts of bytes that lie in memory, without a copy. */
export function* partsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += partBytes) yield bytes.subarray(at, at + partBytes)
}
