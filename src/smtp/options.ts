// What the SMTP door is told by the config, in milliseconds and bytes.
import { type Listen, parseListen } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { Networks } from '../limits/networks.ts'

/** Time limits are looked at so much later: where this process stood still, what clients have sent meanwhile is read first. */
export const readingMs = 50

export type SmtpOptions = {
  listeners: readonly (Listen & { tls: boolean })[]
  hostname: string
  trustedNetworks: Networks
  /** Whether AUTH is offered; it takes whatever is given. */
  auth: boolean
  maxMessageBytes: number
  maxCommandBytes: number
  maxAuthBytes: number
  maxHeaderBytes: number
  maxHeaderLines: number
  maxRecipients: number
  maxMailsPerSession: number
  maxReceivedHops: number
  maxErrors: number
  idleMs: number
  sessionMs: number
  sessionBytes: number
  minBytesPerSecond: number
  maxConnections: number
  maxConnectionsPerAddress: number
  connectionsPerMinutePerAddress: number
  shutdownMs: number
}

export const smtpOptions = (smtp: Config['smtp']): SmtpOptions => ({
  listeners: [...listeners(smtp.listen, false), ...listeners(smtp.listen_tls, true)],
  hostname: smtp.hostname,
  trustedNetworks: new Networks(smtp.trusted_networks),
  auth: smtp.auth === 'any',
  maxMessageBytes: smtp.max_message_bytes,
  maxCommandBytes: smtp.max_command_bytes,
  maxAuthBytes: smtp.max_auth_bytes,
  maxHeaderBytes: smtp.max_header_bytes,
  maxHeaderLines: smtp.max_header_lines,
  maxRecipients: smtp.max_recipients,
  maxMailsPerSession: smtp.max_mails_per_session,
  maxReceivedHops: smtp.max_received_hops,
  maxErrors: smtp.max_errors,
  idleMs: smtp.idle_seconds * 1000,
  sessionMs: smtp.session_seconds * 1000,
  sessionBytes: smtp.session_bytes,
  minBytesPerSecond: smtp.min_bytes_per_second,
  maxConnections: smtp.max_connections,
  maxConnectionsPerAddress: smtp.max_connections_per_address,
  connectionsPerMinutePerAddress: smtp.connections_per_minute_per_address,
  shutdownMs: smtp.shutdown_seconds * 1000,
})

function listeners(texts: readonly string[], tls: boolean): (Listen & { tls: boolean })[] {
  return texts.map((text) => {
    const listen = parseListen(text)
    if (!listen) throw new Error(`${text} is not ADDRESS:PORT`)
    return { ...listen, tls }
  })
}
