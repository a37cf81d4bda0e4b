// Files out of a mail, fetched with the credential of who reads it and handed to the browser to keep. None is ever opened here.
import { reach } from '../api.ts'

/** Told how many bytes have come. */
export type Progress = (bytes: number) => void

/** All bytes of an answer. Throws ApiError. */
export async function bytesOf(
  path: string,
  token: string | null,
  progress: Progress = () => {},
  signal?: AbortSignal,
): Promise<BlobPart[]> {
  const { body } = await reach('GET', path, { token, ...(signal ? { signal } : {}) })
  if (!body) return []
  const pieces: BlobPart[] = []
  let sum = 0
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return pieces
    pieces.push(value)
    sum += value.byteLength
    progress(sum)
  }
}

/** The beginning of an answer, up to so many bytes or as far as `isEnough` says, and whether that is all. Throws ApiError. */
export async function beginningOf(
  path: string,
  token: string | null,
  most: number,
  isEnough: (text: string) => boolean = () => false,
  signal?: AbortSignal,
): Promise<{ text: string; isWhole: boolean }> {
  const { body } = await reach('GET', path, { token, ...(signal ? { signal } : {}) })
  if (!body) return { text: '', isWhole: true }
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (let sum = 0; sum < most && !isEnough(text); ) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), isWhole: true }
    sum += value.byteLength
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel().catch(() => {})
  return { text, isWhole: false }
}

/** Has the browser keep these bytes under this name. Their type tells no browser that it could show them. */
export function keepAs(name: string, pieces: BlobPart[]): void {
  const url = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
