// `mayfly check`: everything that is wrong with a config, each with its key, and with the certificate that it names.
import { CannotStart } from '../cannot-start.ts'
import { certificateFromFiles, endOf, soonDays } from '../certificate.ts'
import { ConfigComplaints } from '../config/complaints.ts'
import { loadConfig, type Sources } from '../config/load.ts'
import type { Config } from '../config/schema.ts'

const day = 86_400_000

/** Answers the exit code: 0 if there are no complaints. `now`: epoch milliseconds. */
export async function check(
  sources: Sources,
  now: number,
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  try {
    const { config, file } = loadConfig(sources)
    const warning = await certificateWarning(config, now)
    if (warning !== null) complain(`warning: ${warning}`)
    print(file === null ? 'no config file: the defaults, and what the environment sets, are fine' : `${file} is fine`)
    return 0
  } catch (error) {
    if (!(error instanceof ConfigComplaints || error instanceof CannotStart)) throw error
    complain(error.message)
    return 1
  }
}

/** What the server starts with all the same, or null. Throws CannotStart where it does not. */
async function certificateWarning({ tls }: Config, now: number): Promise<string | null> {
  const { cert_file, key_file } = tls
  if (cert_file === undefined || key_file === undefined) return null
  const end = endOf(await certificateFromFiles(cert_file, key_file))
  const date = new Date(end).toISOString().slice(0, 10)
  if (end <= now) return `tls.cert_file ${cert_file} ended on ${date}: clients do not take it`
  return end - now < soonDays * day ? `tls.cert_file ${cert_file} ends on ${date}` : null
}
