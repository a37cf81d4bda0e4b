// The backup thread: copies the database while the others work on it. A backup is its whole life.
import { because } from '../cannot-do.ts'
import type { FromCopier, ToCopier } from '../storage/backup.ts'
import { copyDatabase } from '../storage/copy.ts'
import { standBack } from './courtesy.ts'

declare const self: Worker

standBack(10)

self.onmessage = ({ data: { from, to } }: MessageEvent<ToCopier>) => {
  try {
    copyDatabase(from, to)
    answer({ copied: true })
  } catch (error) {
    answer({ failed: because(error) })
  }
}

function answer(message: FromCopier): void {
  self.postMessage(message)
}
