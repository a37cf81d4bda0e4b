// Getting files, and the names in directories, on the disk.
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Answers when a file, or the names in a directory, are on the disk. */
export function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
