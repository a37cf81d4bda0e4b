// What this process has open of a database, for the tests of what must be closed.
import { readdirSync, readlinkSync } from 'node:fs'

/** The open files whose path begins so, in order; one for each descriptor. Linux alone tells. */
export function openFiles(path: string): string[] {
  const found = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      // The one that read the directory.
      return ''
    }
  })
  return found.filter((name) => name.startsWith(path)).toSorted()
}
