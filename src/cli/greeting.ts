// What a server says on standard output when it is ready: where it listens, and a line that works when pasted.

export type Listening = {
  http: readonly { host: string; port: number; tls: boolean }[]
  smtp: readonly { host: string; port: number; tls: boolean }[]
  /** The first public domain with a name, where any address takes mail; null if there is none. */
  openDomain: string | null
  operator: { address: string; token: string }
  /** The secret of the link that makes the first admin; null once there is one. */
  adminLink: string | null
  /** Where people reach the server, if the config says. */
  publicUrl: string | null
}

export function greeting({ http, smtp, openDomain, operator, adminLink, publicUrl }: Listening): string {
  const lines = [
    ...http.map((one) => `HTTP  ${scheme(one)}://${place(one)}/`),
    ...smtp.map((one) => `SMTP  ${place(one)}${one.tls ? ' (TLS)' : ''}`),
    `Mail to ${operator.address} is yours; its token, until the next start: ${operator.token}`,
  ]
  const plain = smtp.find(({ tls }) => !tls)
  // A certificate is for a name, which an address on this machine is not.
  const web = http.find(({ tls }) => !tls) ?? http[0]
  if (web && adminLink !== null) {
    const base = publicUrl?.replace(/\/$/, '') ?? `${scheme(web)}://${reachable(web)}`
    lines.push(`Become the admin, once: ${base}/app/invitation#${adminLink}`)
  }
  if (plain && web) {
    const to = openDomain === null ? operator.address : `hello@${openDomain}`
    const credential = openDomain === null ? ` -H 'Authorization: Bearer ${operator.token}'` : ''
    lines.push(
      'Try it:',
      `  printf 'From: me@example.test\\r\\nTo: ${to}\\r\\nSubject: Hello\\r\\n\\r\\nYour code is 482913.\\r\\n' | curl -sS smtp://${reachable(plain)} --mail-from me@example.test --mail-rcpt ${to} -T -`,
      `  curl -sS '${scheme(web)}://${reachable(web)}/mayfly/v1/mailboxes/${to}/wait?has=code'${credential}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const scheme = ({ tls }: { tls: boolean }): string => (tls ? 'https' : 'http')
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
const place = ({ host, port }: { host: string; port: number }): string => `${bracketed(host)}:${port}`

/** An address that a client on this machine can use: every address is also the local one. */
function reachable({ host, port }: { host: string; port: number }): string {
  return place({ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port })
}
