// What is counted and timed, for Prometheus. Each server has a registry of its own.
// By parts: the whole would bring what gathers from a cluster and pushes to a gateway, 5 MB of every server.
import Counter from 'prom-client/lib/counter'
import Gauge from 'prom-client/lib/gauge'
import Histogram from 'prom-client/lib/histogram'
import Registry from 'prom-client/lib/registry'

const milliseconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000].map((ms) => ms / 1000)

export class Metrics {
  readonly registry = new Registry()
  private readonly in = { registers: [this.registry] }

  readonly mailsAccepted = new Counter({ name: 'mayfly_mails_accepted_total', help: 'Mails stored.', ...this.in })
  readonly mailBytes = new Counter({ name: 'mayfly_mail_bytes_total', help: 'Bytes of mail stored.', ...this.in })
  readonly mailsRefused = new Counter({
    name: 'mayfly_mails_refused_total',
    help: 'Refusals said to SMTP clients.',
    labelNames: ['stage', 'reason'],
    ...this.in,
  })
  readonly smtpConnections = new Gauge({ name: 'mayfly_smtp_connections', help: 'SMTP connections now.', ...this.in })
  readonly smtpConnectionsTotal = new Counter({
    name: 'mayfly_smtp_connections_total',
    help: 'SMTP connections taken.',
    ...this.in,
  })
  readonly commitSeconds = new Histogram({
    name: 'mayfly_commit_seconds',
    help: 'Time from the begin of a group of changes to the end of its fsync.',
    buckets: milliseconds,
    ...this.in,
  })
  readonly commitChanges = new Histogram({
    name: 'mayfly_commit_changes',
    help: 'Changes in a group.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    ...this.in,
  })
  readonly digestSeconds = new Histogram({
    name: 'mayfly_digest_seconds',
    help: 'Time from the begin of a digest until it is stored.',
    buckets: milliseconds,
    ...this.in,
  })
  readonly digestsFailed = new Counter({
    name: 'mayfly_digests_failed_total',
    help: 'Mails that could not be read, by why: unreadable, too-long, ended-the-server, damaged.',
    labelNames: ['cause'],
    ...this.in,
  })
  readonly digestTimeouts = new Counter({
    name: 'mayfly_digest_timeouts_total',
    help: 'Digests broken off at their deadline; each mail has two tries.',
    ...this.in,
  })
  readonly digestsCut = new Counter({
    name: 'mayfly_digests_cut_total',
    help: 'Digests that leave out what is beyond a bound, by the note that says so.',
    labelNames: ['bound'],
    ...this.in,
  })
  readonly threadsReplaced = new Counter({
    name: 'mayfly_threads_replaced_total',
    help: 'Threads that hung or died.',
    labelNames: ['thread'],
    ...this.in,
  })
  readonly damage = new Counter({
    name: 'mayfly_damage_total',
    help: 'Reads and changes that met damage of the database.',
    ...this.in,
  })
  readonly webhookAttempts = new Counter({
    name: 'mayfly_webhook_attempts_total',
    help: 'Attempts to deliver to webhooks, by what came of them: delivered, failed.',
    labelNames: ['outcome'],
    ...this.in,
  })
  readonly webhooksGivenUp = new Counter({
    name: 'mayfly_webhooks_paused_total',
    help: 'Webhooks that were paused because their target keeps failing.',
    ...this.in,
  })
  readonly paymentNotices = new Counter({
    name: 'mayfly_payment_notices_total',
    help: 'What was heard from the services by which plans are paid, by what came of it: done, again, unknown, gone.',
    labelNames: ['rail', 'what', 'outcome'],
    ...this.in,
  })
  readonly requests = new Counter({
    name: 'mayfly_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['route', 'method', 'status'],
    ...this.in,
  })

  readonly httpRefused = new Counter({
    name: 'mayfly_http_refused_total',
    help: 'Refusals said to HTTP clients, connections and streams that were closed on them included.',
    labelNames: ['reason'],
    ...this.in,
  })
  readonly httpConnections = new Gauge({
    name: 'mayfly_http_connections',
    help: 'HTTP connections now; those to loopback without TLS are not counted.',
    ...this.in,
  })

  /** A gauge that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, ...this.in, collect: collectInto(read) })
  }

  /** A gauge with labels that is read when somebody asks. */
  gauges<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: () => { labels: Record<Label, string>; value: number }[],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      ...this.in,
      collect() {
        this.reset()
        for (const { labels, value } of read()) this.set(labels, value)
      },
    })
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }
}

function collectInto(read: () => number): (this: Gauge) => void {
  return function () {
    this.set(read())
  }
}

/** Over all its labels. */
export async function sumOf(counted: Counter | Gauge): Promise<number> {
  return (await counted.get()).values.reduce((sum, { value }) => sum + value, 0)
}
