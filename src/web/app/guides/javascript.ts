// A call in JavaScript, by the `fetch` that Node.js, Bun, Deno and browsers have.
import { type Call, headersOf, type Json, piecesOf, signIn, withOrigin } from './call.ts'
import type { Given } from './lines.ts'

export function javaScriptOf(call: Call, given: Given): string {
  const { form, status, isText } = call
  const filled = Object.entries(form ?? {}).map(
    ([name, one]) => `form.set(${text(name, {})}, ${text(one, given.known)})\n`,
  )
  const read = status === 204 ? '' : isText ? ', await response.text()' : ', await response.json()'
  return [
    ...(call.credential === 'session' ? [sent('signedIn', signIn, given), cookie] : []),
    ...(form ? ['const form = new FormData()\n', ...filled] : []),
    sent('response', withOrigin(call, given.base), given),
    call.isStream ? firstEvent : `console.log(response.status${read})`,
  ].join('')
}

const cookie = "const cookie = signedIn.headers.getSetCookie()[0].split(';')[0]\n"

const firstEvent = `let text = ''
for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
  text += part
  if (/^data: .*\\n/m.test(text)) break
}
console.log(response.status, JSON.parse(text.match(/^data: (.*)/m)[1]))`

function sent(name: string, call: Call, { base, known }: Given): string {
  const { method, path, body, form } = call
  const headers = [
    ...(call.credential === 'session' ? ['    Cookie: cookie,\n'] : []),
    ...headersOf(call).map(([name, value]) => `    ${keyOf(name)}: ${text(value, known)},\n`),
  ]
  const given = [
    ...(method === 'GET' ? [] : [`  method: '${method}',\n`]),
    ...(headers.length === 0 ? [] : [`  headers: {\n${headers.join('')}  },\n`]),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${value(body, known)}),\n`]),
    ...(form ? ['  body: form,\n'] : []),
  ]
  return `const ${name} = await fetch(${text(base + path, known)}${given.length === 0 ? '' : `, {\n${given.join('')}}`})\n`
}

type Known = Given['known']

const keyOf = (name: string): string => (/^[A-Za-z]\w*$/.test(name) ? name : `'${name}'`)

function text(whole: string, known: Known): string {
  const pieces = piecesOf(whole, known)
  const [only] = pieces
  if (pieces.length === 1 && only && 'name' in only) return `process.env.${only.name}`
  if (pieces.some((piece) => 'name' in piece)) {
    const inside = pieces.map((piece) =>
      'text' in piece ? piece.text.replace(/[\\`]|\$\{/g, '\\$&') : `\${process.env.${piece.name}}`,
    )
    return `\`${inside.join('')}\``
  }
  const plain = pieces.map((piece) => ('text' in piece ? piece.text : '')).join('')
  return `'${plain.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
}

function value(json: Json, known: Known): string {
  if (typeof json === 'string') return text(json, known)
  if (isList(json)) return `[${json.map((one) => value(one, known)).join(', ')}]`
  if (json === null || typeof json !== 'object') return String(json)
  const fields = Object.entries(json).map(([name, one]) => `${keyOf(name)}: ${value(one, known)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json)
