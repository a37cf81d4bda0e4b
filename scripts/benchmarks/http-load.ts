// A load generator for HTTP, in a process of its own. Every connection sends one GET after the other and stays open.
// usage: http-load.ts PORT CONNECTIONS SECONDS PAUSE-MS TOKEN-OR-EMPTY PATH…; prints one line of JSON. SIGTERM ends it sooner.
import type { Socket } from 'bun'
import { report } from './load-report.ts'

const [port = '', connections = '', seconds = '', pause = '0', token = '', ...paths] = process.argv.slice(2)

const encoder = new TextEncoder()
const fields = `Host: 127.0.0.1:${port}\r\n${token === '' ? '' : `Authorization: Bearer ${token}\r\n`}`
const requests = paths.map((path) => encoder.encode(`GET ${path} HTTP/1.1\r\n${fields}\r\n`))
const emptyLine = encoder.encode('\r\n\r\n')

type State = {
  began: number
  /** What came of a head that is not whole. */
  head: Buffer | null
  /** Bytes of the body that are still to come. */
  left: number
  right: boolean
}

let next = 0
let done = 0
let failed = 0
let open = 0
const latencies: number[] = []
const finished = Promise.withResolvers<void>()
const began = performance.now()
let until = began + Number(seconds) * 1000
process.on('SIGTERM', () => {
  until = 0
})

function ask(socket: Socket<State>): void {
  const bytes = requests[next++ % requests.length]
  if (performance.now() >= until || bytes === undefined) {
    socket.end()
    return
  }
  socket.data = { began: performance.now(), head: null, left: 0, right: false }
  socket.write(bytes)
}

function answered(socket: Socket<State>): void {
  done++
  if (!socket.data.right) failed++
  latencies.push(performance.now() - socket.data.began)
  if (Number(pause) > 0) setTimeout(ask, Number(pause), socket)
  else ask(socket)
}

function heard(socket: Socket<State>, bytes: Buffer): void {
  const { data: state } = socket
  if (state.left > 0) state.left -= bytes.byteLength
  else {
    const text = state.head ? Buffer.concat([state.head, bytes]) : bytes
    const end = text.indexOf(emptyLine)
    if (end < 0) {
      state.head = Buffer.from(text)
      return
    }
    const head = text.toString('latin1', 0, end)
    state.right = head.startsWith('HTTP/1.1 200 ')
    const length = /^content-length: *(\d+)/im.exec(head)?.[1]
    if (length === undefined) throw new Error(`an answer without a length: ${head}`)
    state.left = end + emptyLine.byteLength + Number(length) - text.byteLength
  }
  if (state.left === 0) answered(socket)
}

for (let n = 0; n < Number(connections); n++) {
  open++
  Bun.connect<State>({
    hostname: '127.0.0.1',
    port: Number(port),
    data: { began: 0, head: null, left: 0, right: false },
    socket: {
      open: ask,
      data: heard,
      close() {
        open--
        if (performance.now() < until) failed++
        if (open === 0) finished.resolve()
      },
    },
  }).catch((error) => finished.reject(error))
}
const cpu = process.cpuUsage()
await finished.promise
report({ done, failed, latencies, began, cpu })
