// Where a link of a mail leads, and what about it may be meant to deceive.
import { lettersOf } from './punycode.ts'

export type Warning = 'differs' | 'punycode' | 'user' | 'address' | 'insecure' | 'port'

export type Target = {
  /** As it is opened. */
  url: string
  scheme: 'https' | 'http' | 'mailto' | 'tel'
  /** As it is looked up; '' where there is none. */
  host: string
  /** The host in the letters that it stands for, if these are others. */
  letters: string | null
  /** What stands before and behind the host, in the order of reading. */
  before: string
  behind: string
  /** The host that the link's text names, if it is another. */
  named: string | null
  warnings: Warning[]
}

/** Null for what is no link that may be opened. */
export function targetOf(written: string, text = ''): Target | null {
  const url = parsed(written)
  if (!url) return null
  const scheme = schemes[url.protocol]
  if (!scheme) return null
  if (scheme === 'mailto' || scheme === 'tel')
    return { url: url.href, scheme, host: '', letters: null, before: '', behind: url.href, named: null, warnings: [] }
  const { hostname: host, port, username, password, href } = url
  const letters = unpunycoded(host)
  const named = hostNamedIn(text)
  const differs = named !== null && !isSame(named, host)
  const hostAt = href.indexOf(host, href.indexOf('//') + 2 + userLength(href))
  const found: [Warning, boolean][] = [
    ['differs', differs],
    ['user', username !== '' || password !== ''],
    ['punycode', letters !== null],
    ['address', /^\[|^\d+(\.\d+){3}$/.test(host)],
    ['port', port !== ''],
    ['insecure', scheme === 'http'],
  ]
  return {
    url: href,
    scheme,
    host,
    letters,
    before: href.slice(0, hostAt),
    behind: href.slice(hostAt + host.length),
    named: differs ? named : null,
    warnings: found.filter(([, is]) => is).map(([warning]) => warning),
  }
}

const schemes: Record<string, Target['scheme']> = {
  'https:': 'https',
  'http:': 'http',
  'mailto:': 'mailto',
  'tel:': 'tel',
}

function parsed(written: string): URL | null {
  return URL.canParse(written) ? new URL(written) : null
}

/** Of `user:password@`, in which a host may be feigned. */
function userLength(href: string): number {
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(href)?.[1] ?? ''
  return authority.lastIndexOf('@') + 1
}

function unpunycoded(host: string): string | null {
  const labels = host.split('.').map((label) => lettersOf(label) ?? label)
  const letters = labels.join('.')
  return letters === host ? null : letters
}

/** The host of an address that a text is, or begins with: `bank.example/login`, `https://bank.example`. */
function hostNamedIn(text: string): string | null {
  const [first = ''] = text.trim().split(/\s+/, 1)
  const shown = first.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g, '')
  const [, host] =
    /^(?:https?:\/\/)?(?:[^/?#@]*@)?((?:[\p{L}\p{N}-]+\.)+[\p{L}][\p{L}\p{N}-]+)(?::\d+)?(?:[/?#].*)?$/iu.exec(shown) ??
    []
  if (host === undefined) return null
  return parsed(`https://${host}`)?.hostname ?? null
}

const isSame = (named: string, host: string): boolean => withoutWww(named) === withoutWww(host)

const withoutWww = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '')
