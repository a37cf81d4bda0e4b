// [smtp]: where mail comes in, who may hand it over, and how much of anything.
import { Type } from '@sinclair/typebox'
import { bytes, choice, count, list, seconds } from './fields.ts'

/** The section `[smtp]`. */
export const SmtpSection = Type.Object(
  {
    listen: list(
      'listen',
      ['127.0.0.1:1025'],
      'Where SMTP listens, as ADDRESS:PORT, one or a list. STARTTLS is offered.',
      {
        minItems: 1,
      },
    ),
    listen_tls: list('listen', [], 'Where SMTP listens with TLS from the first byte (port 465), one or a list.', {
      sample: ['0.0.0.0:465'],
    }),
    hostname: Type.String({
      form: 'host',
      decided: "the machine's host name",
      sample: 'mx.mail.example',
      description: 'The name in the greeting and in trace headers, and the one that MX records should point to.',
    }),
    public_addresses: list(
      'ip',
      [],
      'The IP addresses at which the world reaches this server; mayfly doctor compares DNS with them, and sees whether port 25 there leads here.',
      {
        sample: ['203.0.113.25'],
      },
    ),
    trusted_networks: Type.Array(Type.String({ form: 'network' }), {
      decided: 'loopback and private networks; loopback alone if listen or listen_tls is a public address',
      sample: ['127.0.0.0/8', '::1/128', '192.168.0.0/16'],
      description:
        'Networks whose clients are spared the pause before the greeting and the limits on addresses, mails and sessions, and may write to the domain "*".',
    }),
    auth: choice(
      ['any', 'off'],
      'any',
      'What happens to AUTH: "any" takes every user name and password and keeps neither, for applications that insist on one; "off" does not offer it. From untrusted networks only after STARTTLS.',
    ),
    max_message_bytes: bytes(26_214_400, 'The largest mail that is taken. A connection is dropped at twice that.', {
      minimum: 1024,
      maximum: 1_073_741_824,
    }),
    max_command_bytes: bytes(4096, 'The longest command line.', { minimum: 512, maximum: 65_536 }),
    max_auth_bytes: bytes(12_288, 'The longest line within AUTH.', { minimum: 512, maximum: 65_536 }),
    max_header_bytes: bytes(262_144, 'The largest header of a mail.', { minimum: 1024, maximum: 16_777_216 }),
    max_header_lines: count(1000, 'The most lines in the header of a mail.', { minimum: 10, maximum: 100_000 }),
    max_recipients: count(100, 'The most recipients of one mail.', { maximum: 10_000 }),
    max_mails_per_session: count(100, 'The most mails on one connection. Trusted networks have no such limit.'),
    max_received_hops: count(50, 'The most Received headers in a mail; more look like a loop.', { maximum: 1000 }),
    max_errors: count(10, 'Wrong or refused commands after which a connection is closed.'),
    idle_seconds: seconds(60, 'How long a connection may be silent.', { maximum: 3600 }),
    session_seconds: seconds(600, 'How long a connection may last. Trusted networks have no such limit.'),
    session_bytes: bytes(262_144_000, 'How much a connection may send in all. Trusted networks have no such limit.', {
      minimum: 1024,
    }),
    min_bytes_per_second: count(500, 'The slowest a mail may come in before the connection is closed; 0 for any.', {
      minimum: 0,
      maximum: 1_000_000,
    }),
    max_connections: count(1000, 'The most connections at once. One in ten is kept for trusted networks.', {
      maximum: 100_000,
    }),
    max_connections_per_address: count(
      20,
      'The most connections at once from one IPv4 address or IPv6 /64. Trusted networks have no such limit.',
      { maximum: 100_000 },
    ),
    connections_per_minute_per_address: count(
      120,
      'The most new connections in any minute from one IPv4 address or IPv6 /64. Trusted networks have no such limit.',
    ),
    max_buffered_bytes: bytes(
      67_108_864,
      'The most that all connections together may have sent without it being stored yet; reading pauses there.',
      { minimum: 1_048_576 },
    ),
    buffer_wait_seconds: seconds(10, 'How long reading may pause before a mail is refused for now.', { maximum: 300 }),
    shutdown_seconds: seconds(
      10,
      'How long mails on their way in may take to finish when the server is told to stop.',
      {
        minimum: 0,
        maximum: 600,
      },
    ),
  },
  { additionalProperties: false, description: 'Mail coming in by SMTP. Every bound has its refusal.' },
)
