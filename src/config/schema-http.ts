// The section [http]: the page and the APIs, and every bound of theirs.
import { Type } from '@sinclair/typebox'
import { bytes, count, flag, list, PRIVATE_NETWORKS, seconds } from './fields.ts'

export const HttpSection = Type.Object(
  {
    listen: list(
      'listen',
      ['127.0.0.1:8025'],
      'Where HTTP listens, as ADDRESS:PORT, one or a list. Port 0 takes a free one.',
      {
        minItems: 1,
      },
    ),
    tls: flag(false, 'Whether HTTP speaks TLS itself at http.listen, with the certificate of [tls].'),
    listen_plain: list(
      'listen',
      [],
      'Where HTTP listens without TLS beside that, for proxies and scripts on this machine: loopback addresses only.',
      { sample: ['127.0.0.1:8025'] },
    ),
    hsts_seconds: Type.Integer({
      default: 15_552_000,
      minimum: 0,
      maximum: 63_072_000,
      description:
        'How long browsers remember that this host is called with TLS only (Strict-Transport-Security, said where HTTP speaks TLS itself); 0: not said.',
    }),
    hosts: list(
      'host',
      [],
      'Host names that are answered beside IP addresses, local names and the host of server.public_url.',
      { sample: ['mail.example'] },
    ),
    trusted_proxies: list(
      'network',
      [],
      "Addresses or networks of the proxies whose word about the client's address is believed (X-Forwarded-For).",
      { sample: ['127.0.0.1/32'] },
    ),
    cors_origins: list(
      'origin',
      [],
      'Web origins whose pages may call the native API without a key. With a key, pages of any origin may.',
      { sample: ['https://tests.example'] },
    ),
    anonymous_mailboxes: flag(true, 'Whether mailboxes may be opened without a key.'),
    metrics_networks: list(
      'network',
      PRIVATE_NETWORKS,
      "Networks that may read /metrics; from anywhere else it takes an admin's key.",
    ),
    max_body_bytes: bytes(1_048_576, 'The largest body of a request, but for routes that need more.', {
      minimum: 1024,
      maximum: 134_217_728,
    }),
    body_seconds: seconds(30, 'How long the body of a request may take to come.', { maximum: 3600 }),
    max_header_bytes: bytes(16_384, 'The largest head of a request.', { minimum: 1024, maximum: 16_384 }),
    idle_seconds: seconds(30, 'How long a connection may be silent, but for waits and streams.', { maximum: 255 }),
    max_connections: count(
      20_000,
      'The most connections at once. Listeners on loopback without TLS have neither this limit nor the next.',
      { maximum: 1_000_000 },
    ),
    max_connections_per_address: count(
      2000,
      'The most of them from one IPv4 address or IPv6 /64. Loopback and trusted_proxies have no such limit.',
      { maximum: 1_000_000 },
    ),
    max_download_bytes: bytes(
      134_217_728,
      'The most memory for attachments on their way out; more downloads wait for half a minute, then are refused.',
      { minimum: 1_048_576 },
    ),
    max_downloads_per_address: count(
      20,
      'The most downloads of attachments over 256 KiB at once from one IPv4 address or IPv6 /64. Loopback has no such limit.',
      { maximum: 100_000 },
    ),
    max_waits: count(10_000, 'The most calls that wait for a mail at once.', { maximum: 100_000 }),
    max_waits_per_address: count(
      1000,
      'The most of them from one IPv4 address or IPv6 /64. Loopback has no such limit.',
      { maximum: 100_000 },
    ),
    max_streams: count(10_000, 'The most live streams (server-sent events, WebSockets) at once.', { maximum: 100_000 }),
    max_streams_per_address: count(
      100,
      'The most of them from one IPv4 address or IPv6 /64. Loopback has no such limit.',
      { maximum: 100_000 },
    ),
    max_stream_mailboxes: count(100, 'The most mailboxes that one stream follows.', { maximum: 10_000 }),
    max_stream_buffer_bytes: bytes(1_048_576, 'How much a stream may leave unread before it is closed.', {
      minimum: 16_384,
    }),
    max_streams_buffer_bytes: bytes(
      67_108_864,
      'How much all streams together may leave unread before those with most of it are closed.',
      { minimum: 1_048_576 },
    ),
  },
  { additionalProperties: false, description: 'The web page and the APIs.' },
)
