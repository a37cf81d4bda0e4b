// The data directory and the disk below it.
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { because } from '../../cannot-do.ts'
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from '../../finding.ts'
import { databaseFile } from '../../storage/database.ts'

const { ok, note, wrong } = findingsOf('disk')

/** Others may read a certificate. */
const secretFiles = /^(mayfly\.db.*|lock.*|control\.sock|.*-key\.pem)$/

export function disk({ server, storage }: Pick<Config, 'server' | 'storage'>): Finding[] {
  const dataDir = server.data_dir
  const found = [...rights(dataDir)]
  const { bavail, bsize } = statfsSync(nearest(dataDir))
  const free = bavail * bsize
  const file = databaseFile(dataDir)
  const used = existsSync(file) ? statSync(file).size : 0
  if (free < storage.min_free_bytes) {
    found.push(
      wrong(
        `${size(free)} are free, and storage.min_free_bytes is ${size(storage.min_free_bytes)}: no mail is taken`,
        'make room, or lower it',
      ),
    )
  } else if (used >= storage.max_bytes) {
    found.push(
      wrong(
        `the database has ${size(used)}, and storage.max_bytes is ${size(storage.max_bytes)}: no mail is taken`,
        'raise it, or shorten how long mail is kept',
      ),
    )
  } else if (free - storage.min_free_bytes < storage.max_bytes - used) {
    found.push(
      note(
        `${size(free)} are free: the disk is full before the database reaches storage.max_bytes (${size(storage.max_bytes)})`,
        'mail is refused for now when that happens; lower storage.max_bytes if others use this disk',
      ),
    )
  } else found.push(ok(`${size(free)} are free, the database has ${size(used)}`))
  return found
}

function rights(dataDir: string): Finding[] {
  if (!existsSync(dataDir)) return [note(`the data directory ${dataDir} is not there yet: the first start makes it`)]
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return [
      wrong(
        `the data directory ${dataDir} cannot be written: ${because(error)}`,
        'run Mayfly and its commands as the user that owns it',
      ),
    ]
  }
  const { mode, uid, gid } = statSync(dataDir)
  const found = readdirSync(dataDir)
    .filter((name) => secretFiles.test(name))
    .flatMap((name): Finding[] => {
      const file = join(dataDir, name)
      const its = statSync(file)
      const open = wrong(`others than its owner have rights to ${file}`, `chmod 600 ${file}`)
      const foreign = wrong(`${file} is not owned by the owner of ${dataDir}`, `chown ${uid}:${gid} ${file}`)
      return [...((its.mode & 0o077) !== 0 ? [open] : []), ...(its.uid === uid ? [] : [foreign])]
    })
  if ((mode & 0o077) !== 0) {
    found.push(note(`others than its owner may look into ${dataDir}`, `chmod 700 ${dataDir}`))
  }
  return found.length > 0 ? found : [ok(`${dataDir} is its owner's alone`)]
}

/** The directory itself, or the one in which it will be made. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path))
}

function size(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
