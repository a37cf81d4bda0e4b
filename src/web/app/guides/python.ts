// A call in Python, with nothing but its standard library.
import { type Call, headersOf, type Json, piecesOf, signIn, withOrigin } from './call.ts'
import type { Given } from './lines.ts'

export function pythonOf(call: Call, given: Given): string {
  const { form, status, isText } = call
  const isSignedIn = call.credential === 'session'
  const read = status === 204 ? '' : isText ? ', response.read().decode()' : ', json.load(response)'
  const code = [
    ...(isSignedIn ? [opener, requestOf(signIn, given), 'opener.open(request).close()\n\n'] : []),
    ...(form ? [formOf(form, given.known)] : []),
    requestOf(withOrigin(call, given.base), given),
    `with ${isSignedIn ? 'opener.open' : 'urllib.request.urlopen'}(request) as response:\n`,
    call.isStream ? firstEvent : `    print(response.status${read})`,
  ].join('')
  const modules = ['http.cookiejar', 'json', 'os', 'urllib.request'].filter((name) => code.includes(`${name}.`))
  return `${modules.map((name) => `import ${name}\n`).join('')}\n${code}`
}

const opener = `cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
opener = urllib.request.build_opener(cookies)
`

const firstEvent = `    for line in response:
        if line.startswith(b"data: "):
            print(response.status, json.loads(line[6:]))
            break`

function requestOf(call: Call, { base, known }: Given): string {
  const { method, path, body, form } = call
  const headers = [
    ...headersOf(call).map(([name, one]) => `        "${name}": ${text(one, known)},\n`),
    ...(form ? ['        "Content-Type": f"multipart/form-data; boundary={boundary}",\n'] : []),
  ]
  return [
    'request = urllib.request.Request(\n',
    `    ${text(base + path, known)},\n`,
    ...(method === 'GET' ? [] : [`    method="${method}",\n`]),
    ...(headers.length === 0 ? [] : [`    headers={\n${headers.join('')}    },\n`]),
    ...(body === undefined ? [] : [`    data=json.dumps(${value(body, known)}).encode(),\n`]),
    ...(form ? ['    data=body.encode(),\n'] : []),
    ')\n',
  ].join('')
}

type Known = Given['known']

const formOf = (
  form: Readonly<Record<string, string>>,
  known: Known,
): string => `boundary = "a-line-that-is-in-no-field"
fields = ${value(form, known)}
body = "".join(
    f'--{boundary}\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'
    for name, value in fields.items()
) + f"--{boundary}--\\r\\n"
`

function text(whole: string, known: Known): string {
  const pieces = piecesOf(whole, known)
  const [only] = pieces
  if (pieces.length === 1 && only && 'name' in only) return `os.environ["${only.name}"]`
  const hasNames = pieces.some((piece) => 'name' in piece)
  const inside = pieces.map((piece) => {
    if ('name' in piece) return `{os.environ['${piece.name}']}`
    const plain = piece.text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
    return hasNames ? plain.replace(/[{}]/g, '$&$&') : plain
  })
  return `${hasNames ? 'f' : ''}"${inside.join('')}"`
}

const words = new Map<unknown, string>([
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
])

function value(json: Json, known: Known): string {
  if (typeof json === 'string') return text(json, known)
  if (isList(json)) return `[${json.map((one) => value(one, known)).join(', ')}]`
  if (json === null || typeof json !== 'object') return words.get(json) ?? String(json)
  return `{${Object.entries(json)
    .map(([name, one]) => `"${name}": ${value(one, known)}`)
    .join(', ')}}`
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json)
