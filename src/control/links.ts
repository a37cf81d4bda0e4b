// Addresses of the page, as the command line shows them: of one-time links, and of the server itself.

/** Where a listener listens. */
export type Place = { host: string; port: number; tls: boolean }

const scheme = ({ tls }: Pick<Place, 'tls'>): string => (tls ? 'https' : 'http')
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** HOST:PORT. */
export const hostPort = ({ host, port }: Pick<Place, 'host' | 'port'>): string => `${bracketed(host)}:${port}`

/** HOST:PORT that a client on this machine can use: every address is also the local one. */
export const reachable = ({ host, port }: Pick<Place, 'host' | 'port'>): string =>
  hostPort({ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port })

export const urlOf = (place: Place): string => `${scheme(place)}://${hostPort(place)}`

/** The listener to try from this machine: a certificate is for a name, which an address here is not. */
export const nearest = (http: readonly Place[]): Place | undefined => http.find(({ tls }) => !tls) ?? http[0]

/** Where people find the page: where the config says, else at the listener. Without a slash at its end. */
export function pageUrl(publicUrl: string | null, http: readonly Place[]): string {
  const place = nearest(http)
  if (publicUrl !== null) return publicUrl.replace(/\/$/, '')
  return place ? `${scheme(place)}://${reachable(place)}` : 'http://localhost'
}

/** The secret stands behind the "#", so that no server and no log on the way sees it. */
export const linkTo = (page: string, what: 'invitation' | 'password', token: string): string =>
  `${page}/app/${what}#${token}`
