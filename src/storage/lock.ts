// One server for a data directory. An open exclusive transaction on a small database file says that there is one.
import { Database } from 'bun:sqlite'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { because, CannotDo } from '../cannot-do.ts'
import { giveToOwner } from './directory.ts'

/** Another server has this data directory. */
export class DataDirectoryTaken extends Error {
  constructor(readonly dataDir: string) {
    super(
      `another Mayfly is running on the data directory ${dataDir}: stop it, or give this one a directory of its own (--data DIR)`,
    )
    this.name = 'DataDirectoryTaken'
  }
}

const lockOf = (dataDir: string): string => join(dataDir, 'lock')

const unusable = (dataDir: string, error: unknown): CannotDo =>
  new CannotDo(
    `the lock ${lockOf(dataDir)} cannot be used (${because(error)}): run Mayfly and its commands as the user that owns ${dataDir}`,
  )

/** Holds the lock until `release`, or until the process ends in whatever way. */
export class DataDirectoryLock {
  private constructor(private readonly handle: Database) {}

  /** Throws DataDirectoryTaken, and CannotDo where the lock cannot be used. */
  static take(dataDir: string): DataDirectoryLock {
    return DataDirectoryLock.open(dataDir, { create: true })
  }

  /** As `take`, but makes no lock: null if no server ever made one here. */
  static takeIfThere(dataDir: string): DataDirectoryLock | null {
    try {
      lstatSync(lockOf(dataDir))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw unusable(dataDir, error)
    }
    return DataDirectoryLock.open(dataDir, { readwrite: true })
  }

  private static open(dataDir: string, how: { create: true } | { readwrite: true }): DataDirectoryLock {
    let handle: Database | null = null
    try {
      handle = new Database(lockOf(dataDir), how)
      if ('create' in how) giveToOwner(dataDir, lockOf(dataDir))
      handle.run('PRAGMA busy_timeout = 0')
      handle.run('BEGIN EXCLUSIVE')
      return new DataDirectoryLock(handle)
    } catch (error) {
      handle?.close()
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')
        throw new DataDirectoryTaken(dataDir)
      throw unusable(dataDir, error)
    }
  }

  release(): void {
    this.handle.run('ROLLBACK')
    this.handle.close()
  }
}
