// The data directory: made for its owner alone, and found fit before anything is kept in it.
import { accessSync, constants, lchownSync, mkdirSync, statSync } from 'node:fs'
import { CannotStart } from '../cannot-start.ts'

/** Throws CannotStart. */
export function prepareDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown'
    throw new CannotStart(
      `the data directory ${dataDir} cannot be written (${why}): choose another with --data DIR, or mend its rights`,
    )
  }
}

/** What root makes in the data directory is for the user that runs the server, as the directory is. The file must be there. */
export function giveToOwner(dataDir: string, file: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(dataDir)
  // Never what a link leads to: the owner of the directory may be anybody.
  lchownSync(file, uid, gid)
}
