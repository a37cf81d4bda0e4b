// A call of a service that takes payments: bounded in time and size, and never sent on elsewhere.

export type Asked = { status: number; headers: Headers; text: string }

export type AskingBounds = { milliseconds: number; bytes: number }

/** Why there is no answer that could be used. Nothing of what was said on either side stands in it. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered'
}

export const unreadable = 'the answer could not be read'

/** Whether a browser may be sent there. */
export const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol)

/** Throws NotAnswered. */
export async function ask(
  url: string,
  { signal: stopped, ...init }: RequestInit,
  { milliseconds, bytes }: AskingBounds,
): Promise<Asked> {
  const broken = new AbortController()
  const stop = (): void => broken.abort()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, milliseconds)
  stopped?.addEventListener('abort', stop, { once: true })
  if (stopped?.aborted) stop()
  try {
    // Calls are few and far between: a kept connection would be one that the other side has closed meanwhile.
    const answer = await fetch(url, { ...init, signal: broken.signal, redirect: 'manual', keepalive: false })
    if (answer.status >= 300 && answer.status < 400) throw new NotAnswered('redirects are not followed')
    return { status: answer.status, headers: answer.headers, text: await textOf(answer, bytes) }
  } catch (error) {
    if (error instanceof NotAnswered) throw error
    throw new NotAnswered(isLate ? 'it took too long' : named(error))
  } finally {
    clearTimeout(timer)
    stopped?.removeEventListener('abort', stop)
    // What is not read of the answer is not to come any more.
    stop()
  }
}

const sentences: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the name has no address',
}

function named(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const isCertificate = /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME/.test(code)
  return sentences[code] ?? (isCertificate ? 'its certificate is not valid here' : 'the connection failed')
}

async function textOf(answer: Response, most: number): Promise<string> {
  if (!answer.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.byteLength
    if (size > most) throw new NotAnswered('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
