// A call as a command line of curl's.
import { type Call, headersOf, piecesOf, signIn, withOrigin } from './call.ts'
import type { Given } from './lines.ts'

const jar = 'mayfly-cookies.txt'

export function curlOf(call: Call, given: Given): string {
  if (call.isStream) return `${line(call, given, '-sN ')} \\\n  | sed -n '/^data: /{s///p;q;}'`
  if (call.credential !== 'session') return line(call, given)
  const own = withOrigin(call, given.base)
  return `${line(signIn, given, `-sSf -o /dev/null -c ${jar} `)}\n${line(own, given, `-b ${jar} `)}`
}

function line(call: Call, { base, known }: Given, options = ''): string {
  const { method, path, body, form } = call
  const verb = method === 'GET' || (method === 'POST' && (body !== undefined || form)) ? '' : `-X ${method} `
  return [
    `curl ${options}${verb}${quoted(base + path, known)}`,
    ...headersOf(call).map(([name, value]) => `-H ${quoted(`${name}: ${value}`, known)}`),
    ...(body === undefined ? [] : [`-d ${single(JSON.stringify(body), known)}`]),
    ...Object.entries(form ?? {}).map(([name, value]) => `-F ${quoted(`${name}=${value}`, known)}`),
  ].join(' \\\n  ')
}

type Known = Given['known']

/** In double quotes where a variable is in it, else in single ones. */
function quoted(text: string, known: Known): string {
  const pieces = piecesOf(text, known)
  if (pieces.every((piece) => 'text' in piece)) return single(text, known)
  const inside = pieces.map((piece, at) => {
    if ('text' in piece) return piece.text.replace(/["\\$`]/g, '\\$&')
    const next = pieces[at + 1]
    return next && 'text' in next && /^\w/.test(next.text) ? `\${${piece.name}}` : `$${piece.name}`
  })
  return `"${inside.join('')}"`
}

/** In single quotes, which are closed around variables. */
function single(text: string, known: Known): string {
  const inside = piecesOf(text, known).map((piece) =>
    'text' in piece ? piece.text.replaceAll("'", `'\\''`) : `'"$${piece.name}"'`,
  )
  return `'${inside.join('')}'`
}
