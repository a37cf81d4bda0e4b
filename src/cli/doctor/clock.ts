// Lifetimes go by the wall clock.
import { type Finding, findingsOf } from '../../finding.ts'

const { ok, wrong } = findingsOf('clock')

const minute = 60_000
const [leastYear, mostYear] = [2026, 2100]
const watchedMs = 300

/** `lastEventAt`: of the newest event in the database; null if there is none. Watches the clock for a moment. */
export async function clock(now: () => number, lastEventAt: number | null): Promise<Finding[]> {
  const keepTime = 'have the clock set by NTP (systemd-timesyncd, chrony)'
  const at = now()
  const shown = new Date(at).toISOString()
  const year = new Date(at).getUTCFullYear()
  if (year < leastYear || year > mostYear) return [wrong(`the clock says ${shown}`, keepTime)]
  if (lastEventAt !== null && lastEventAt > at + minute) {
    return [
      wrong(
        `the clock says ${shown}, and the newest event in the database is of ${new Date(lastEventAt).toISOString()}: it went back`,
        `${keepTime}; mail ends late until then`,
      ),
    ]
  }
  const began = performance.now()
  await Bun.sleep(watchedMs)
  const jumped = now() - at - (performance.now() - began)
  if (Math.abs(jumped) > watchedMs) {
    return [wrong(`the clock jumped by ${Math.round(jumped)} ms while it was watched`, keepTime)]
  }
  return [ok(`${shown}`)]
}
