// What a server says on standard output when it is ready: where it listens, and a line that works when pasted.
import { hostPort, linkTo, nearest, type Place, pageUrl, reachable, urlOf } from '../control/links.ts'

export type Listening = {
  http: readonly Place[]
  smtp: readonly Place[]
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
    ...http.map((one) => `HTTP  ${urlOf(one)}/`),
    ...smtp.map((one) => `SMTP  ${hostPort(one)}${one.tls ? ' (TLS)' : ''}`),
    `Mail to ${operator.address} is yours; its token, until the next start: ${operator.token}`,
  ]
  const plain = smtp.find(({ tls }) => !tls)
  const web = nearest(http)
  if (adminLink !== null) {
    lines.push(`Become the admin, once: ${linkTo(pageUrl(publicUrl, http), 'invitation', adminLink)}`)
  }
  if (plain && web) {
    const to = openDomain === null ? operator.address : `hello@${openDomain}`
    const credential = openDomain === null ? ` -H 'Authorization: Bearer ${operator.token}'` : ''
    lines.push(
      'Try it:',
      `  printf 'From: me@example.test\\r\\nTo: ${to}\\r\\nSubject: Hello\\r\\n\\r\\nYour code is 482913.\\r\\n' | curl -sS smtp://${reachable(plain)} --mail-from me@example.test --mail-rcpt ${to} -T -`,
      `  curl -sS '${pageUrl(null, [web])}/mayfly/v1/mailboxes/${to}/wait?has=code'${credential}`,
    )
  }
  return `${lines.join('\n')}\n`
}
