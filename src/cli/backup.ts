// `mayfly backup FILE`: by the running server, or without one.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { because, CannotDo } from '../cannot-do.ts'
import { loadConfig, type Sources } from '../config/load.ts'
import { perform } from '../control/client.ts'
import { verbs } from '../control/verbs.ts'
import { Backups } from '../storage/backup.ts'
import { DatabaseDamaged, databaseFile } from '../storage/database.ts'
import { SchemaTooNew } from '../storage/migrate.ts'
import { unknownIn } from '../storage/shape.ts'
import { startThread } from '../thread.ts'

/** Answers the exit code. Throws CannotDo. `file` is taken from the caller's working directory. */
export async function backup(
  sources: Sources,
  file: string,
  json: boolean,
  print: (line: string) => void,
): Promise<number> {
  if (file.endsWith('/')) throw new CannotDo(`${file} names a directory: name the file, such as ${file}mayfly.db`)
  const { config } = loadConfig(sources)
  const dataDir = config.server.data_dir
  refuseNoStore(existsSync(dataDir), dataDir)
  const input = { file: resolve(sources.cwd, file) }
  const made = await perform(dataDir, 'backup', input, async () => {
    refuseNoStore(existsSync(databaseFile(dataDir)), dataDir)
    refuseDamaged(databaseFile(dataDir))
    const backups = new Backups({
      start: () => startThread('backup'),
      databaseFile: databaseFile(dataDir),
      minFreeBytes: config.storage.min_free_bytes,
    })
    return verbs.backup.run({ backups }, input, interrupted())
  })
  print(json ? JSON.stringify(made) : `wrote ${made.file}: ${made.bytes} bytes in ${made.seconds.toFixed(1)} s`)
  return 0
}

function refuseNoStore(isThere: boolean, dataDir: string): void {
  if (!isThere) throw new CannotDo(`there is no database in ${dataDir}: say where it is with --config or --data`)
}

/** What a running server looked at when it started: without one, a backup would lack what SQLite passes over. */
function refuseDamaged(database: string): void {
  const refuse = (why: string): never => {
    throw new CannotDo(`the database ${database} cannot be used: ${why}`)
  }
  let damage: string | null = null
  try {
    damage = unknownIn(database)
  } catch (error) {
    refuse(error instanceof SchemaTooNew ? error.message : new DatabaseDamaged(because(error)).message)
  }
  if (damage !== null) refuse(new DatabaseDamaged(damage).message)
}

/** Aborts when the operator ends the command. */
function interrupted(): AbortSignal {
  const leaving = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => leaving.abort())
  return leaving.signal
}
