// The baselines, in a process of their own: the same smtp-server without Mayfly.
// usage: peer.ts (discard|store) DIRECTORY; prints its port. `store`: a writer thread stores the bytes alone, in groups.
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

const [mode = 'discard', directory = '.'] = process.argv.slice(2)

let store: (bytes: Uint8Array) => Promise<void> = async () => {}
if (mode === 'store') {
  const writer = new Worker(new URL('./raw-writer.ts', import.meta.url).href)
  const waiting = new Map<number, () => void>()
  let id = 0
  writer.onmessage = (message: MessageEvent<number[]>) => {
    for (const one of message.data) {
      waiting.get(one)?.()
      waiting.delete(one)
    }
  }
  writer.postMessage({ open: join(directory, 'raw.db') })
  store = (bytes) =>
    new Promise((resolve) => {
      id++
      waiting.set(id, resolve)
      writer.postMessage({ id, bytes })
    })
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, answered) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => store(Buffer.concat(chunks)).then(() => answered()))
  },
})
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})
