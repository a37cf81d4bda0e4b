// A writer thread for the tests that opens nothing and dies of its first work.
import type { FromWriter, ToWriter } from '../../src/storage/writer.ts'

declare const self: Worker

self.onmessage = (message: MessageEvent<ToWriter>) => {
  if ('open' in message.data) self.postMessage({ opened: { bytes: 0, walBytes: 0 } } satisfies FromWriter)
  else throw new Error('the writer thread died')
}
