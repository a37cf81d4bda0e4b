// What a process holds in memory, as Linux tells it.
import { readFileSync } from 'node:fs'

/** Resident bytes of a process. */
export const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024

/** The least that is seen within some seconds of rest: what is left when what was let go has been collected. */
export async function restingBytes(pid: number, seconds = 4): Promise<number> {
  let least = residentBytes(pid)
  for (let n = 0; n < seconds * 10; n++) {
    await Bun.sleep(100)
    least = Math.min(least, residentBytes(pid))
  }
  return least
}

export const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024)

/** Looks at the memory of a process again and again while something is done. Answers the most that was seen. */
export async function mostWhile(pid: number, work: () => Promise<unknown>): Promise<number> {
  let most = residentBytes(pid)
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid))
  }, 20)
  try {
    await work()
    return Math.max(most, residentBytes(pid))
  } finally {
    clearInterval(timer)
  }
}
