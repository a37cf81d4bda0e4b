// A thread for the tests that reads without a pause, each time for a third of a second.
import { openForReading } from '../../src/storage/database.ts'

declare const self: Worker

self.onmessage = async ({ data }: MessageEvent<string>) => {
  const { sqlite } = openForReading(data)
  for (let first = true; ; first = false) {
    sqlite.run('BEGIN')
    sqlite.query('select count(*) from pieces').get()
    if (first) self.postMessage('it stands')
    await Bun.sleep(300)
    sqlite.run('COMMIT')
  }
}
