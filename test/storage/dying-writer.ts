// The real writer thread, which dies as a test tells it: by a change named `die …`, in one of the ways below.
import { Database } from 'bun:sqlite'
import '../../src/threads/writer.ts'
import { unpack } from '../../src/storage/parcel.ts'
import type { ToWriter } from '../../src/storage/writer.ts'

declare const self: Worker

const real = self.onmessage
let file = ''

self.onmessage = (message: MessageEvent<ToWriter>) => {
  const asked = message.data
  if ('open' in asked) file = asked.open
  const how =
    'work' in asked
      ? unpack(asked.work)
          .map(({ name }) => name)
          .find((name) => name.startsWith('die '))
      : undefined
  if (how === 'die in a transaction') {
    const sqlite = new Database(file)
    sqlite.run('BEGIN IMMEDIATE')
    sqlite.run("insert into quarantine (address, until) values ('half', 0)")
    throw new Error('died in a transaction')
  }
  if (how === 'die after the commit') {
    self.postMessage = () => {
      throw new Error('died after the commit')
    }
  }
  real?.call(self, message)
}
