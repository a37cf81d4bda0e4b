// The services that a key can be for: each sets what the key begins with, and the API that it is for; and what is pasted to
// try it. The lines stand as they are run: a test runs them.
import { facts } from '../facts.ts'

export type Service = {
  /** Of the API, as the server calls it; for all of them "". */
  api: string
  /** A name, the same in every language; "" for all. */
  name: string
  prefix: string
  /** A first call. */
  try: { method: 'GET' | 'POST'; path: string; body?: string }
}

const open: Service['try'] = { method: 'POST', path: '/mayfly/v1/mailboxes', body: '{}' }

const all: readonly Service[] = [
  { api: 'native', name: 'Mayfly', prefix: 'mayfly_', try: open },
  { api: 'run2mail', name: 'Run2Mail', prefix: 'r2m_', try: { method: 'GET', path: '/api/v1/me' } },
  { api: 'dustmail', name: 'DustMail', prefix: 'dm_live_', try: { method: 'POST', path: '/api/v1/inbox', body: '{}' } },
  {
    api: 'minutemail',
    name: 'MinuteMail',
    prefix: 'mmak_',
    try: { method: 'POST', path: '/v1/mailboxes', body: '{}' },
  },
  { api: 'mailcx', name: 'Mail.cx', prefix: 'tm_pro_', try: { method: 'GET', path: '/pro/api/accounts' } },
  { api: 'mailfade', name: 'MailFade', prefix: 'mf_', try: { method: 'GET', path: '/inbox/test@DOMAIN' } },
]

const every: Service = { api: '', name: '', prefix: 'mayfly_', try: open }

/** Those that this server speaks, and one that is for all. */
export const services = (): Service[] => [...all.filter(({ api }) => facts.apis.includes(api)), every]

export const serviceOf = (api: string): Service => services().find((one) => one.api === api) ?? every

/** Of a key that is there: by the API that it is for, else by what it begins with. */
export const serviceOfKey = ({ dialects, prefix }: { dialects: readonly string[]; prefix: string }): Service =>
  (dialects.length === 1 ? services().find(({ api }) => api === dialects[0]) : undefined) ??
  services().find((one) => one.prefix === prefix && (dialects.length === 0 || dialects.includes(one.api))) ??
  every

export const nameOfApi = (api: string): string => all.find((one) => one.api === api)?.name ?? api

export type Snippet = { language: 'curl' | 'JavaScript' | 'Python'; text: string }

/**
 * A first call with this key, to be pasted as it stands. `origins`: a key that is for some pages is used as from the first of
 * them; a browser says so by itself.
 */
export function snippets(
  service: Service,
  { key, origins }: { key: string; origins: readonly string[] },
  { base, domain }: { base: string; domain: string },
): Snippet[] {
  const { method, path, body } = service.try
  const url = base + path.replace('DOMAIN', domain)
  const isPost = method === 'POST'
  const [first] = origins
  const origin = first === undefined ? null : `https://${first.replace(/^\*\./, '')}`
  const curl = [
    `curl ${isPost ? '-X POST ' : ''}'${url}'`,
    `-H 'Authorization: Bearer ${key}'`,
    ...(origin === null ? [] : [`-H 'Origin: ${origin}'`]),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${body}'`]),
  ].join(' \\\n  ')
  const typed = body === undefined ? '' : `, 'Content-Type': 'application/json'`
  const javaScript = `const response = await fetch('${url}', {
  method: '${method}',
  headers: { Authorization: 'Bearer ${key}'${typed} },${body === undefined ? '' : `\n  body: '${body}',`}
})
console.log(response.status, await response.json())`
  const python = `import json
import urllib.request

request = urllib.request.Request(
    '${url}',
    method='${method}',
    headers={'Authorization': 'Bearer ${key}'${typed}${origin === null ? '' : `, 'Origin': '${origin}'`}},${body === undefined ? '' : `\n    data=b'${body}',`}
)
with urllib.request.urlopen(request) as response:
    print(response.status, json.load(response))`
  return [
    { language: 'curl', text: curl },
    { language: 'JavaScript', text: javaScript },
    { language: 'Python', text: python },
  ]
}
