// Reading a request's body whole, within a bound of bytes and of time. Memory holds no more than the bound.
import { free } from '../limits/free.ts'
import { invalid, Refusal } from '../refusal.ts'

export type BodyBounds = { bytes: number; milliseconds: number }

/** Whether a body comes with this request, by its head (RFC 9112 §6.3). */
const hasBody = (headers: Headers): boolean =>
  headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0'

/** Bytes of the body that comes with this request, 0 without one; of one that does not say as many as it may have. */
export function announcedBytes(headers: Headers, most: number): number {
  if (!hasBody(headers)) return 0
  return headers.has('transfer-encoding') ? most : Number(headers.get('content-length'))
}

/** Whether it is a form with files, and so no text. */
export const isForm = (headers: Headers): boolean =>
  (headers.get('content-type') ?? '').toLowerCase().startsWith('multipart/')

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Refuses: too-large; invalid-request for one that comes too slowly or breaks off. */
export async function readBody(request: Request, bounds: BodyBounds): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > bounds.bytes) throw new Refusal('too-large')
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    reader.cancel().catch(() => {})
  }, bounds.milliseconds)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
      if (size > bounds.bytes) {
        reader.cancel().catch(() => {})
        throw new Refusal('too-large')
      }
      chunks.push(value)
    }
  } catch (error) {
    throw error instanceof Refusal ? error : invalid('body', 'must come whole')
  } finally {
    clearTimeout(late)
  }
  if (isLate) throw invalid('body', `must come within ${bounds.milliseconds / 1000} seconds`)
  if (chunks.length === 1 && chunks[0]) return chunks[0]
  const whole = Buffer.concat(chunks)
  for (const chunk of chunks) free(chunk)
  return whole
}

/** Refuses: invalid-request for what is not UTF-8. */
export function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body)
  } catch {
    throw invalid('body', 'must be UTF-8')
  }
}
