// The pages of the executable itself: a start reads tens of megabytes of code that a server then never runs again.
import { readFileSync } from 'node:fs'
import { libc } from '../libc.ts'

const MADV_DONTNEED = 4

type Mapping = { from: bigint; to: bigint }

/**
 * Has the system take back the executable's code and constants from this process; what is needed again is mapped again,
 * from the system's cache of files. Pages that were written to are left alone. Linux only; elsewhere nothing happens.
 */
export async function releaseOwnPages(): Promise<void> {
  if (process.platform !== 'linux') return
  const { madvise } = await libc()
  for (const { from, to } of unwritten(readFileSync('/proc/self/smaps', 'utf8'), process.execPath)) {
    madvise(from, to - from, MADV_DONTNEED)
  }
}

/** The mappings of `file` that cannot be written to and never were (proc_pid_smaps(5)). */
export function unwritten(smaps: string, file: string): Mapping[] {
  const found: Mapping[] = []
  let last: Mapping | null = null
  for (const line of smaps.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d*\s+(.*)$/.exec(line)
    if (head) last = head[3] === file ? { from: BigInt(`0x${head[1]}`), to: BigInt(`0x${head[2]}`) } : null
    else if (/^[0-9a-f]+-/.test(line)) last = null
    else if (last && /^Anonymous:\s+0 kB$/.test(line)) found.push(last)
  }
  return found
}
