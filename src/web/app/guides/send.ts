// A call as a reader of the reference makes it: what is sent, and what came back while it comes.
import type { Call } from './call.ts'
import { curlOf } from './curl.ts'
import type { Credential, Operation } from './operations.ts'

export type Filled = {
  by: Credential
  key: string
  /** By name. */
  parameters: Readonly<Record<string, string>>
  body: string
  form: Readonly<Record<string, string>>
  files: readonly File[]
}

export type Came = {
  status: number
  statusText: string
  headers: [name: string, value: string][]
  body: { text: string; isCut: boolean } | { bytes: number }
  isWhole: boolean
}

const mostCharacters = 200_000
/** Those that say something about the call. */
const worth =
  /^(content-type|content-disposition|x-request-id|x-ratelimit-.*|retry-after|www-authenticate|idempotency-replayed|location)$/
const isText = /^text\/|json|xml|message\/rfc822|event-stream/

export function pathOf({ path, parameters }: Operation, given: Filled['parameters']): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name] ?? ''))
  const query = new URLSearchParams()
  for (const one of parameters) {
    const value = given[one.name] ?? ''
    if (one.in === 'query' && value !== '') query.set(one.name, value)
  }
  return query.size === 0 ? filled : `${filled}?${query}`
}

const hasBody = ({ body }: Operation): boolean => body !== null && body.sample !== null

export async function send(
  operation: Operation,
  filled: Filled,
  { signal, tell }: { signal: AbortSignal; tell: (came: Came) => void },
): Promise<void> {
  const headers = new Headers()
  if (filled.by === 'bearer') headers.set('Authorization', `Bearer ${filled.key}`)
  if (filled.by === 'header') headers.set('X-API-Key', filled.key)
  for (const { name, in: where } of operation.parameters) {
    const value = filled.parameters[name] ?? ''
    if (where === 'header' && value !== '') headers.set(name, value)
  }
  if (hasBody(operation)) headers.set('Content-Type', 'application/json')
  const response = await fetch(pathOf(operation, filled.parameters), {
    method: operation.method,
    headers,
    signal,
    // Else the cookie of who is signed in here would speak where a key is tried.
    credentials: filled.by === 'session' ? 'same-origin' : 'omit',
    ...(hasBody(operation) ? { body: filled.body } : {}),
    ...(operation.body && !hasBody(operation) ? { body: formOf(filled) } : {}),
  })
  await read(response, tell)
}

function formOf({ form, files }: Filled): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(form)) if (value !== '') data.set(name, value)
  for (const file of files) data.append('files', file)
  return data
}

/** Tells what came each time that more is there: an answer may be a stream without an end. */
async function read(response: Response, tell: (came: Came) => void): Promise<void> {
  const headers = [...response.headers].filter(([name]) => worth.test(name))
  const { status, statusText } = response
  const shown = isText.test(response.headers.get('content-type') ?? '')
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const say = (isWhole: boolean): void => {
    const isCut = text.length > mostCharacters
    const whole = isWhole && !isCut ? pretty(text) : text.slice(0, mostCharacters)
    const body = shown || bytes === 0 ? { text: whole, isCut } : { bytes }
    tell({ status, statusText, headers, body, isWhole })
  }
  say(false)
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (shown && text.length <= mostCharacters) text += decoder.decode(value, { stream: true })
    say(false)
  }
  say(true)
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The same as a command line, with the key as a variable. */
export function curlLine(operation: Operation, { by, parameters, body, form, files }: Filled): string {
  const named = Object.fromEntries(files.map(({ name }) => ['files', `@${name}`]))
  const filled = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''))
  const call: Call = {
    group: 'service',
    method: methods.find((one) => one === operation.method) ?? 'GET',
    path: pathOf(operation, parameters),
    status: 200,
    ...(by === 'nobody' ? { credential: 'none' } : by === 'header' ? { credential: 'header' } : {}),
    ...(hasBody(operation) ? { body: JSON.parse(body) } : {}),
    ...(operation.body && !hasBody(operation) ? { form: { ...filled, ...named } } : {}),
  }
  return curlOf(call, { base: location.origin, known: {} })
}
