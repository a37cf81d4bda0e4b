// What SQLite says when it is the disk that failed, not the change.
import type { Reason } from '../refusal.ts'

export type DiskFailure = { reason: Extract<Reason, 'storage-full' | 'storage-failed'>; cause: string }

/** Extended codes begin with these: `SQLITE_IOERR_FSYNC`. */
const failures = ['SQLITE_IOERR', 'SQLITE_BUSY', 'SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_NOMEM']

/** Null for what is no failure of the disk. */
export function diskFailure(error: unknown): DiskFailure | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  const { code, message } = error
  const cause = `${message} (${code})`
  // The index beside the log cannot grow for want of room, though SQLite calls it an I/O error.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') return { reason: 'storage-full', cause }
  return failures.some((failure) => code.startsWith(failure)) ? { reason: 'storage-failed', cause } : null
}
