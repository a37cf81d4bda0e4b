// An answer in JSON whose long texts are put in while it is sent: neither made nor held all at once.
import type { LaterText } from '../messages/long-text.ts'
import { partsOf, piecewise } from './piecewise.ts'

const encoder = new TextEncoder()

/** `later`: all that `value` holds of them. An answer whose text is gone meanwhile breaks off. */
export function longAnswer(value: unknown, later: readonly LaterText[], init: ResponseInit = {}): Response {
  if (later.length === 0) return Response.json(value, init)
  const headers = { ...init.headers, 'Content-Type': 'application/json;charset=utf-8' }
  return piecewise(longJson(value, later), { ...init, headers }, () => {})
}

/** The JSON of a value, with its long texts put in. */
export const longJson = (value: unknown, later: readonly LaterText[]): AsyncGenerator<Uint8Array> =>
  parts(JSON.stringify(value), later)

async function* parts(frame: string, later: readonly LaterText[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const { start, end, text } of places(frame, later)) {
    yield encoder.encode(frame.slice(at, start))
    yield* partsOf(await text.json())
    at = end
  }
  yield encoder.encode(frame.slice(at))
}

/** Where the marks stand, in order. */
function places(frame: string, later: readonly LaterText[]): { start: number; end: number; text: LaterText }[] {
  const found = later.map((text) => {
    const mark = `"${text.mark}"`
    const start = frame.indexOf(mark)
    if (start < 0) throw new Error('a long text has no place in its answer')
    return { start, end: start + mark.length, text }
  })
  return found.sort((one, other) => one.start - other.start)
}
