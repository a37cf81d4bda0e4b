// The disk that can fail (disk.c), from a test's side: faults switched on and off, and a power cut.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why there can be no such disk here; null where there can. */
export const noDisk =
  process.platform !== 'linux'
    ? 'a disk that fails is made with LD_PRELOAD, on Linux'
    : Bun.which('cc') === null
      ? 'a disk that fails needs a C compiler (cc)'
      : null

export type Fault = 'fsync-fails' | 'write-fails' | 'full'

export type Disk = {
  /** The data directory on it. */
  data: string
  /** For the environment of the server. */
  env: Record<string, string>
  begin: (fault: Fault) => void
  end: (fault: Fault) => void
  /** After the server was killed: what was not made durable is gone. */
  cutPower: () => void
  [Symbol.dispose]: () => void
}

const files = ['mayfly.db', 'mayfly.db-wal']

/** `syncMicroseconds`: how long an fsync takes. */
export function failingDisk(syncMicroseconds = 0): Disk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mayfly-disk-')))
  const [library, data, kept, faults] = ['disk.so', 'data', 'kept', 'faults'].map((name) => join(root, name))
  if (!library || !data || !kept || !faults) throw new Error('paths are missing')
  for (const directory of [data, kept, faults]) mkdirSync(directory, { mode: 0o700 })
  const source = join(import.meta.dir, 'disk.c')
  const made = Bun.spawnSync(['cc', '-O2', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread'])
  if (!made.success) throw new Error(`disk.c cannot be compiled: ${made.stderr}`)
  return {
    data,
    env: {
      LD_PRELOAD: library,
      DISK_DATA: data,
      DISK_KEPT: kept,
      DISK_FAULTS: faults,
      DISK_SYNC_US: `${syncMicroseconds}`,
      MAYFLY_SERVER_DATA_DIR: data,
    },
    begin: (fault) => writeFileSync(join(faults, fault), ''),
    end: (fault) => rmSync(join(faults, fault), { force: true }),
    cutPower: () => {
      rmSync(join(data, 'mayfly.db-shm'), { force: true })
      for (const file of files) {
        // One that was not written to since it got its name is as it was.
        if (existsSync(join(kept, file))) copyFileSync(join(kept, file), join(data, file))
      }
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
