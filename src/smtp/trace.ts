// The trace that is kept beside a mail: Return-Path and Received (RFC 5321 §4.4).
import { isIPv6 } from 'node:net'

export type TraceFacts = {
  /** The reverse-path, "" for bounces. */
  from: string
  /** What the client called itself; it may be anything. */
  helo: string
  /** The client's IP address. */
  client: string
  /** This server's name. */
  by: string
  protocol: Protocol
  /** The recipient, if it is the only one: more would tell one of another (RFC 5321 §7.6). */
  to: string | null
  /** Epoch milliseconds. */
  at: number
}

export type Protocol = { extended: boolean; tls: boolean; auth: boolean; utf8: boolean }

/** `trace(facts)(id)`: the two fields, lines ending in CRLF. */
export const trace =
  ({ from, helo, client, by, protocol, to, at }: TraceFacts) =>
  (id: string): string =>
    `Return-Path: <${safe(from)}>\r\n` +
    `Received: from ${heloText(helo)} (${literal(client)})\r\n` +
    `\tby ${by} with ${protocolName(protocol)}\r\n` +
    `\tid ${id}${to === null ? '' : `\r\n\tfor <${safe(to)}>`};\r\n` +
    `\t${dateText(at)}\r\n`

/** RFC 3848's names, and RFC 6531's for mails that asked for SMTPUTF8. */
export function protocolName({ extended, tls, auth, utf8 }: Protocol): string {
  if (!extended) return 'SMTP'
  return `${utf8 ? 'UTF8SMTP' : 'ESMTP'}${tls ? 'S' : ''}${auth ? 'A' : ''}`
}

/** An address literal (RFC 5321 §4.1.3). */
const literal = (client: string): string => (isIPv6(client) ? `[IPv6:${client}]` : `[${client}]`)

/** RFC 5322 §3.3; the zone of `toUTCString` is an obsolete one. */
const dateText = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000')

/** A name or literal; whatever has no place in one becomes `?`. */
const heloText = (helo: string): string => helo.slice(0, 255).replace(/[^\p{L}\p{M}\p{N}._:[\]-]/gu, '?') || '?'

const safe = (address: string): string => address.replace(/[\p{Cc}\p{Zl}\p{Zp}<>]/gu, '?')
