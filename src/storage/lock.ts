// One server for a data directory. An open exclusive transaction on a small database file says that there is one.
import { Database } from 'bun:sqlite'
import { join } from 'node:path'

/** Another server has this data directory. */
export class DataDirectoryTaken extends Error {
  constructor(readonly dataDir: string) {
    super(
      `another Mayfly is running on the data directory ${dataDir}: stop it, or give this one a directory of its own (--data DIR)`,
    )
    this.name = 'DataDirectoryTaken'
  }
}

/** Holds the lock until `release`, or until the process ends in whatever way. */
export class DataDirectoryLock {
  private constructor(private readonly handle: Database) {}

  /** Throws DataDirectoryTaken. */
  static take(dataDir: string): DataDirectoryLock {
    const handle = new Database(join(dataDir, 'lock'), { create: true })
    try {
      handle.run('PRAGMA busy_timeout = 0')
      handle.run('BEGIN EXCLUSIVE')
      return new DataDirectoryLock(handle)
    } catch (error) {
      handle.close()
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')
        throw new DataDirectoryTaken(dataDir)
      throw error
    }
  }

  release(): void {
    this.handle.run('ROLLBACK')
    this.handle.close()
  }
}
