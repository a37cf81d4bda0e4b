// Forms with files (RFC 7578), read from the bytes that the front took in and bounded.
import { free } from '../limits/free.ts'
import { invalid } from '../refusal.ts'

/** `type` as the form says it. */
export type FormFile = { field: string; name: string; type: string; bytes: Uint8Array }

/** Of several fields of one name the first. */
export type Form = { fields: Record<string, string>; files: FormFile[] }

// Bun's own reader is no choice: it takes a file's type from its name, whatever the form says.
const most = { fields: 100, files: 100, parts: 200, headerPairs: 20, headerSize: 8192, fieldNameSize: 100 }

/** Its bytes are gone afterwards. Refuses: invalid-request, for what is no such form, or has too many parts. */
export async function formOf(bytes: Uint8Array | null, contentType: string | null): Promise<Form> {
  if (!contentType?.toLowerCase().startsWith('multipart/form-data')) {
    throw invalid('headers.content-type', 'must be multipart/form-data')
  }
  try {
    return await read(bytes ?? new Uint8Array(), contentType)
  } catch (error) {
    // What the reader throws is about the form; its words are not for clients.
    if (error instanceof Error) throw invalid('body', 'must be a form with files, whole and of a few parts')
    throw error
  }
}

async function read(bytes: Uint8Array, contentType: string): Promise<Form> {
  // Loaded by the first form.
  const { Busboy } = await import('@fastify/busboy')
  const { promise, resolve, reject } = Promise.withResolvers<Form>()
  const fields = new Map<string, string>()
  const files: FormFile[] = []
  // Each part is at most as long as all of them, which the front has bounded.
  const limits = { ...most, fieldSize: bytes.byteLength, fileSize: bytes.byteLength + 1 }
  const parser = new Busboy({ headers: { 'content-type': contentType }, limits })
  const tooMany = (): void => reject(new Error('too many parts'))
  parser.on('field', (name, value) => {
    if (!fields.has(name)) fields.set(name, value)
  })
  parser.on('file', (field, stream, name, _encoding, type) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks)
      // Browsers send this for a choice of files that was left empty.
      if (name || bytes.byteLength > 0) files.push({ field, name: name ?? '', type, bytes })
    })
  })
  parser.on('partsLimit', tooMany)
  parser.on('filesLimit', tooMany)
  parser.on('fieldsLimit', tooMany)
  parser.on('error', reject)
  parser.on('finish', () => resolve({ fields: Object.fromEntries(fields), files }))
  parser.end(bytes)
  return promise.finally(() => free(bytes))
}
