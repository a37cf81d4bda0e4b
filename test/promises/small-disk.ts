// A small disk of its own for a server: a tmpfs in a private mount namespace, which ends with the process.
import { closeSync, copyFileSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Directory, type Running, serve } from '../executable/launch.ts'

/** Why there can be none here; null where there can. */
export const noSmallDisk = Bun.spawnSync(['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /mnt'], {
  stdout: 'ignore',
  stderr: 'ignore',
}).success
  ? null
  : 'a private mount namespace is not permitted: it takes root'

export type SmallDisk = {
  server: Running
  /** A path on the disk, seen from outside the namespace. */
  path: (name: string) => string
  free: () => number
  /** Takes all that is free, and gives it back. */
  fill: () => void
  clear: () => void
  /** Copies the database to a directory outside. */
  copyTo: (directory: string) => void
}

/** Starts a server whose data directory, and log, are on a disk of so many megabytes. */
export async function serveOnSmallDisk(
  directory: Directory,
  megabytes: number,
  env: Record<string, string>,
): Promise<SmallDisk> {
  const data = join(directory.path, 'small')
  await Bun.$`mkdir -p ${data}`
  const script = 'mount -t tmpfs -o size=$1m none "$0" && shift && exec "$@" 2>>"$0/log"'
  const below = ['unshare', '-m', 'sh', '-c', script, data, `${megabytes}`]
  const server = await serve(directory, { ...env, MAYFLY_SERVER_DATA_DIR: data }, below)
  const path = (name: string): string => join(`/proc/${server.pid}/root`, data, name)
  const ballast = path('ballast')
  return {
    server,
    path,
    free: () => {
      const { bavail, bsize } = statfsSync(path('.'))
      return bavail * bsize
    },
    fill: () => {
      const fd = openSync(ballast, 'a')
      const block = new Uint8Array(64 * 1024)
      try {
        for (;;) writeSync(fd, block)
      } catch {
        // No more goes on it: that is what was wanted.
      } finally {
        closeSync(fd)
      }
    },
    clear: () => {
      const fd = openSync(ballast, 'a')
      ftruncateSync(fd, 0)
      closeSync(fd)
      rmSync(ballast)
    },
    copyTo: (to) => {
      for (const file of ['mayfly.db', 'mayfly.db-wal']) copyFileSync(path(file), join(to, file))
    },
  }
}
