// The certificate: a renewed one is taken up while the server runs, and one that ends soon is said.
import { type Certificate, endOf, soonDays } from '../certificate.ts'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import { every, type Task } from './every.ts'

const day = 86_400_000

export type CertificateWatch = Task & {
  /** Looks now. */
  look: () => Promise<void>
}

/**
 * `read` answers what lies there now, and throws while that cannot be used: files are replaced one after the other, so
 * the old certificate stays in use until the two fit.
 */
export function watchCertificate(
  read: () => Promise<Certificate>,
  current: Certificate,
  use: (fresh: Certificate) => void,
  { seconds, outside, log }: { seconds: number; outside: Pick<Outside, 'now'>; log: Log },
): CertificateWatch {
  let inUse = current
  let trouble: string | null = null
  let warnedAt = Number.NEGATIVE_INFINITY

  const warnOfItsEnd = (): void => {
    const now = outside.now()
    const left = endOf(inUse) - now
    if (left >= soonDays * day || (now >= warnedAt && now - warnedAt < day)) return
    warnedAt = now
    const until = new Date(endOf(inUse)).toISOString()
    log.warn({ until }, left > 0 ? 'the certificate ends soon' : 'the certificate has ended')
  }
  const look = async (): Promise<void> => {
    try {
      const found = await read()
      trouble = null
      if (found.cert !== inUse.cert || found.key !== inUse.key) {
        use(found)
        inUse = found
        warnedAt = Number.NEGATIVE_INFINITY
        log.info({ until: new Date(endOf(found)).toISOString() }, 'a new certificate is in use')
      }
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      if (said !== trouble)
        log.warn({ cause: said }, 'the certificate that lies there cannot be used: the old one stays')
      trouble = said
    }
    warnOfItsEnd()
  }
  warnOfItsEnd()
  // What fails in a look is said there.
  const task = every(seconds * 1000, look, (error) => log.error({ err: error }, 'a defect'))
  return { look, stop: task.stop }
}
