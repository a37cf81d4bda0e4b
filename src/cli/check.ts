// `mayfly check`: everything that is wrong with a config, each with its key.
import { ConfigComplaints } from '../config/complaints.ts'
import { loadConfig, type Sources } from '../config/load.ts'

/** Answers the exit code: 0 if there are no complaints. */
export function check(sources: Sources, print: (line: string) => void, complain: (line: string) => void): number {
  try {
    const { file } = loadConfig(sources)
    print(file === null ? 'no config file: the defaults, and what the environment sets, are fine' : `${file} is fine`)
    return 0
  } catch (error) {
    if (!(error instanceof ConfigComplaints)) throw error
    complain(error.message)
    return 1
  }
}
