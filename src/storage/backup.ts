// Backups: one at a time, in a thread of their own, named only when they are whole.
import { link, lstat, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { because, CannotDo } from '../cannot-do.ts'
import { sync } from './sync.ts'

/** What the thread is told, and what it answers. */
export type ToCopier = { from: string; to: string }
export type FromCopier = { copied: true } | { failed: string }

export type BackupOptions = {
  start: () => Worker
  databaseFile: string
  /** Left free on the disk of the database, so that a backup does not keep mail from being taken. */
  minFreeBytes: number
}

export type Backup = { file: string; bytes: number; seconds: number }

/** Where a backup grows until it is whole. */
const partOf = (file: string): string => join(dirname(file), `.${basename(file)}.mayfly-part`)

export class Backups {
  private stopCurrent: (() => void) | null = null
  private current: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: BackupOptions) {}

  /**
   * Writes everything that is committed by now to `file`, which is there whole or not at all. Throws CannotDo: when it
   * exists, cannot be written, another backup is under way, or `signal` ends it.
   */
  async make(file: string, signal: AbortSignal): Promise<Backup> {
    if (this.stopCurrent) throw new CannotDo('a backup is being made already: wait for its end')
    const stopping = new AbortController()
    this.stopCurrent = () => stopping.abort()
    const work = this.write(file, AbortSignal.any([signal, stopping.signal])).finally(() => {
      this.stopCurrent = null
    })
    this.current = work.catch(() => {})
    return work
  }

  /** Ends the one that is under way, and takes away what there is of it. */
  async stop(): Promise<void> {
    this.stopCurrent?.()
    await this.current
  }

  private async write(file: string, signal: AbortSignal): Promise<Backup> {
    const began = performance.now()
    await this.refuseBefore(file)
    const part = partOf(file)
    try {
      // Of one whose process was killed.
      await rm(part, { force: true })
      await this.copy(part, signal)
      await nameIt(part, file)
      sync(dirname(file))
      return { file, bytes: (await stat(file)).size, seconds: (performance.now() - began) / 1000 }
    } catch (error) {
      await removePart(part)
      if (error instanceof CannotDo) throw error
      throw new CannotDo(`the backup ${file} could not be written, and nothing is left of it: ${because(error)}`)
    }
  }

  private async refuseBefore(file: string): Promise<void> {
    await refuseExisting(file)
    const { databaseFile, minFreeBytes } = this.options
    const directory = dirname(file)
    const there = await stat(directory).catch((error) => {
      throw new CannotDo(`a backup cannot be written to ${directory}: ${because(error)}`)
    })
    if (!there.isDirectory()) throw new CannotDo(`a backup cannot be written to ${directory}: it is no directory`)
    const place = await statfs(directory)
    const needed = (await stat(databaseFile)).size
    const isSameDisk = there.dev === (await stat(databaseFile)).dev
    const spare = place.bavail * place.bsize - (isSameDisk ? minFreeBytes : 0)
    if (needed > spare) {
      const kept = isSameDisk ? `, of which storage.min_free_bytes keeps ${minFreeBytes} for mail` : ''
      throw new CannotDo(
        `the backup may need ${needed} bytes, and the disk of ${file} has ${place.bavail * place.bsize}${kept}`,
      )
    }
  }

  private copy(part: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = this.options.start()
      const end = (settle: () => void): void => {
        signal.removeEventListener('abort', stopped)
        thread.terminate()
        settle()
      }
      const stopped = (): void => end(() => reject(new CannotDo('the backup was stopped, and nothing is left of it')))
      signal.addEventListener('abort', stopped)
      thread.onerror = (event) => end(() => reject(new Error(event.message)))
      thread.onmessage = ({ data }: MessageEvent<FromCopier>) =>
        end(() => ('failed' in data ? reject(new Error(data.failed)) : resolve()))
      if (signal.aborted) return stopped()
      const asked: ToCopier = { from: this.options.databaseFile, to: part }
      thread.postMessage(asked)
    })
  }
}

/** Unlike a rename, a link does not replace a file that came meanwhile; not every file system has links. */
async function nameIt(part: string, file: string): Promise<void> {
  try {
    await link(part, file)
  } catch {
    await refuseExisting(file)
    await rename(part, file)
    return
  }
  await rm(part)
}

/** SQLite keeps a journal beside what it writes. A thread that is ended in the middle goes on with files that have no name. */
async function removePart(part: string): Promise<void> {
  for (const name of [part, `${part}-journal`]) await rm(name, { force: true }).catch(() => {})
}

async function refuseExisting(file: string): Promise<void> {
  // The link itself, where it is one: it may lead to nothing, and would be replaced.
  const there = await lstat(file).catch(() => null)
  if (!there) return
  if (there.isDirectory()) throw new CannotDo(`${file} is a directory: name a file in it`)
  const leadsNowhere = there.isSymbolicLink() && (await stat(file).catch(() => null)) === null
  throw new CannotDo(
    leadsNowhere
      ? `${file} is a link that leads to no file, and was left as it was: name the file itself`
      : `${file} is there already, and was left as it was`,
  )
}
