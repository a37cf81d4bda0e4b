// From which pages a key may be used: `example.com`, `*.example.com` (which is also the bare domain), `host:port`.

/** The headers by which a request says where it comes from. */
export type CameFrom = { origin: string | null; referer: string | null; host: string | null }

type Place = { host: string; port: string }

const name = /^(\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?(:\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](:\d{1,5})?$/

/** A pattern in its one spelling; null for what is none. A scheme before and a slash behind are let pass. */
export function parsePattern(text: string): string | null {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
  return name.test(bare) ? bare : null
}

/** Whether one of the patterns names the first of Origin, Referer and Host that is there. Without patterns: from anywhere. */
export function mayComeFrom(patterns: readonly string[], { origin, referer, host }: CameFrom): boolean {
  if (patterns.length === 0) return true
  const place = origin ? placeInUrl(origin) : referer ? placeInUrl(referer) : host ? placeIn(host.toLowerCase()) : null
  return place !== null && patterns.some((pattern) => fits(pattern, place))
}

/** The port counts only where the pattern has one. */
function fits(pattern: string, { host, port }: Place): boolean {
  const wanted = placeIn(pattern)
  if (wanted === null || (wanted.port !== '' && wanted.port !== port)) return false
  if (!wanted.host.startsWith('*.')) return wanted.host === host
  const domain = wanted.host.slice(2)
  return host === domain || host.endsWith(`.${domain}`)
}

const usualPorts: Record<string, string> = { 'http:': '80', 'https:': '443' }

/** Null for `null`, and for what is no URL. */
function placeInUrl(text: string): Place | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port } = new URL(text)
  return hostname === '' ? null : { host: hostname.toLowerCase(), port: port || (usualPorts[protocol] ?? '') }
}

function placeIn(text: string): Place | null {
  const end = text.startsWith('[') ? text.indexOf(']') + 1 : text.indexOf(':') < 0 ? text.length : text.indexOf(':')
  const host = text.slice(0, end)
  return host === '' ? null : { host, port: text.slice(end + 1) }
}
