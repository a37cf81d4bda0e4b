// The SMTP door: mail comes in here.
import { deepenBacklogs } from '../backlog.ts'
import type { Certificate } from '../certificate.ts'
import type { Config } from '../config/schema.ts'
import { Admission } from './admission.ts'
import { House, type Services } from './house.ts'
import { Listener } from './listener.ts'
import { readingMs, smtpOptions } from './options.ts'

export type SmtpServer = {
  /** Where it listens, in the order of the config. */
  addresses: { host: string; port: number; tls: boolean }[]
  /** For connections from now on; those that are open stay as they are. */
  useCertificate: (certificate: Certificate) => void
  /** Takes no more connections, lets mails on their way in finish for `shutdown_seconds` and those that are whole in any case, closes. */
  stop: () => Promise<void>
}

const secondMs = 1000
/** How long a client may take to read the last reply. */
const goodbyeMs = 500

/**
 * Starts it; but for listeners that begin with TLS, it takes mail before the certificate is there. Throws with a sentence for
 * the operator if it cannot.
 */
export async function startSmtp(
  { smtp }: Pick<Config, 'smtp'>,
  services: Services,
  certificate: Promise<Certificate>,
): Promise<SmtpServer> {
  const options = smtpOptions(smtp)
  const { metrics, outside } = services
  const listeners: Listener[] = []
  const useCertificate = (fresh: Certificate): void => {
    for (const listener of listeners) listener.updateSecureContext(fresh)
    house.isCertified = true
  }
  const { promise: certified, resolve, reject } = Promise.withResolvers<void>()
  certified.catch(() => {})
  const house = new House(options, services, certified)
  const admission = new Admission(options, outside.elapsed, (change) => {
    metrics.smtpConnections.inc(change)
    if (change === 1) metrics.smtpConnectionsTotal.inc()
  })

  try {
    for (const where of options.listeners) {
      const listener = new Listener(house, admission, where.tls, where.tls ? await certificate : null)
      await listener.open(where)
      listeners.push(listener)
    }
  } catch (error) {
    for (const listener of listeners) listener.shut()
    throw error
  }
  certificate.then(useCertificate).then(resolve, reject)
  await deepenBacklogs(services.log)

  const check = (): void => {
    for (const session of house.sessions) session.check()
    admission.sweep()
  }
  const everySecond = setInterval(() => setTimeout(check, readingMs).unref(), secondMs)
  everySecond.unref()

  return {
    addresses: listeners.map(({ address }) => address),
    useCertificate,
    stop: async () => {
      if (house.isStopping) return
      house.isStopping = true
      for (const listener of listeners) listener.shut()
      for (const session of [...house.sessions]) session.stop()
      await until(() => ![...house.sessions].some(({ hasMail }) => hasMail), options.shutdownMs, outside.elapsed)
      for (const session of [...house.sessions]) session.leave()
      // What is stored without its reply would be sent again.
      await until(
        () => ![...house.sessions].some(({ isStoring }) => isStoring),
        Number.POSITIVE_INFINITY,
        outside.elapsed,
      )
      await until(() => house.sessions.size === 0, goodbyeMs, outside.elapsed)
      for (const session of [...house.sessions]) session.cut()
      clearInterval(everySecond)
    },
  }
}

async function until(isSo: () => boolean, mostMs: number, elapsed: () => number): Promise<void> {
  const end = elapsed() + mostMs
  while (!isSo() && elapsed() < end) await Bun.sleep(Math.min(10, mostMs))
}
