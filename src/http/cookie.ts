// The cookie of a member who is signed in (RFC 6265bis §4.1): for this host alone, out of reach of scripts and other sites.

type Scheme = { isPublicOverTls: boolean }

/** `__Host-` has browsers keep to the rest: Secure, no Domain, all paths. */
const nameOf = ({ isPublicOverTls }: Scheme): string => (isPublicOverTls ? '__Host-mayfly' : 'mayfly')

/** The value of our cookie, or null. */
export function cookieOf(headers: Headers, scheme: Scheme): string | null {
  const begin = `${nameOf(scheme)}=`
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const trimmed = pair.trim()
    if (trimmed.startsWith(begin)) return trimmed.slice(begin.length) || null
  }
  return null
}

/** A `Set-Cookie` header; 0 seconds take it away. */
export const setCookie = (value: string, seconds: number, scheme: Scheme): string =>
  `${nameOf(scheme)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${scheme.isPublicOverTls ? '; Secure' : ''}`
