// Threads that work ahead of nobody: the system gives the processor to mail coming in first.
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Makes the calling thread nicer, where the system knows threads by `/proc/thread-self` (Linux). */
export function standBack(niceness: number): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    if (Number.isInteger(thread)) setPriority(thread, niceness)
  } catch {
    // It is a courtesy: elsewhere all threads are alike.
  }
}
