// `mayfly restore FILE`: a backup takes the place of the database. Never under a running server.
import { resolve } from 'node:path'
import { CannotDo } from '../cannot-do.ts'
import { loadConfig, type Sources } from '../config/load.ts'
import { takeLock } from '../control/client.ts'
import { databaseFile } from '../storage/database.ts'
import { prepareDirectory } from '../storage/directory.ts'
import { restore } from '../storage/restore.ts'

/** Answers the exit code. Throws CannotDo or CannotStart, with the old database untouched. */
export async function restoreBackup(
  sources: Sources,
  file: string,
  json: boolean,
  print: (line: string) => void,
): Promise<number> {
  const { config } = loadConfig(sources)
  const dataDir = config.server.data_dir
  prepareDirectory(dataDir)
  const lock = takeLock(dataDir)
  if (!lock) throw new CannotDo(`a Mayfly is running on ${dataDir}: stop it, restore, and start it again`)
  try {
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    let damaged: string | null = null
    const { keptAside } = restore(dataDir, resolve(sources.cwd, file), stamp, (lost) => {
      damaged = lost
      if (!json) print(`in ${file} ${lost}: it is restored all the same, and what is damaged will be refused`)
    })
    const restored = databaseFile(dataDir)
    if (json) print(JSON.stringify({ restored, keptAside, damaged }))
    else {
      print(`restored ${restored}`)
      if (keptAside !== null) print(`the database that was there is kept as ${keptAside}; delete it when you like`)
    }
    return 0
  } finally {
    lock.release()
  }
}
