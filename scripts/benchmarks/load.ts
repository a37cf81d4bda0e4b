// A load generator for SMTP, in a process of its own. Every connection sends one mail after the other, in lockstep.
// usage: load.ts PORT CONNECTIONS MAILS FILE (reuse|new) ADDRESSES DOMAIN; prints one line of JSON.
import type { Socket } from 'bun'
import { report } from './load-report.ts'

const [port = '', connections = '', mails = '', file = '', mode = 'reuse', addresses = '1', domain = 'mayfly.test'] =
  process.argv.slice(2)
const total = Number(mails)
const spread = Number(addresses)

const content = await Bun.file(file).text()
const dotted = `${content.replace(/^\./gm, '..').replace(/\r?\n?$/, '')}\r\n.\r\n`
const body = new TextEncoder().encode(dotted)
const mailFrom = new TextEncoder().encode('MAIL FROM:<load@sender.test>\r\n')
const data = new TextEncoder().encode('DATA\r\n')
const quit = new TextEncoder().encode('QUIT\r\n')
const ehlo = new TextEncoder().encode('EHLO load.test\r\n')
const recipients = Array.from({ length: spread }, (_, n) =>
  new TextEncoder().encode(`RCPT TO:<load${n}@${domain}>\r\n`),
)

type State = {
  step: 'greeting' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'quit'
  /** Which mail it is. */
  number: number
  began: number
  text: string
  rest: Uint8Array | null
}

let begun = 0
let done = 0
let failed = 0
let open = 0
const latencies: number[] = []
const finished = Promise.withResolvers<void>()

function write(socket: Socket<State>, bytes: Uint8Array): void {
  const wrote = socket.write(bytes)
  socket.data.rest = wrote < bytes.byteLength ? bytes.subarray(wrote) : null
}

function next(socket: Socket<State>): void {
  const { data: state } = socket
  if (begun >= total || (mode === 'new' && state.step === 'body')) {
    state.step = 'quit'
    write(socket, quit)
    return
  }
  if (mode !== 'new') state.began = performance.now()
  state.number = begun++
  state.step = 'mail'
  write(socket, mailFrom)
}

function heard(socket: Socket<State>, code: number): void {
  const { data: state } = socket
  if (code >= 400) {
    failed++
    console.error(`answer ${code} at ${state.step}`)
    socket.end()
    return
  }
  if (state.step === 'greeting') {
    state.step = 'ehlo'
    write(socket, ehlo)
  } else if (state.step === 'ehlo') next(socket)
  else if (state.step === 'mail') {
    state.step = 'rcpt'
    write(socket, recipients[state.number % spread] ?? mailFrom)
  } else if (state.step === 'rcpt') {
    state.step = 'data'
    write(socket, data)
  } else if (state.step === 'data') {
    state.step = 'body'
    write(socket, body)
  } else if (state.step === 'body') {
    done++
    latencies.push(performance.now() - state.began)
    next(socket)
  } else socket.end()
}

function connect(): void {
  open++
  const state: State = { step: 'greeting', number: 0, began: performance.now(), text: '', rest: null }
  Bun.connect<State>({
    hostname: '127.0.0.1',
    port: Number(port),
    data: state,
    socket: {
      data(socket, bytes) {
        state.text += bytes.toString('latin1')
        for (let end = state.text.indexOf('\n'); end >= 0; end = state.text.indexOf('\n')) {
          const line = state.text.slice(0, end)
          state.text = state.text.slice(end + 1)
          if (line[3] !== '-') heard(socket, Number(line.slice(0, 3)))
        }
      },
      drain(socket) {
        if (state.rest) write(socket, state.rest)
      },
      close() {
        open--
        if (mode === 'new' && begun < total) connect()
        else if (open === 0) finished.resolve()
      },
      connectError() {
        failed++
        open--
        finished.resolve()
      },
    },
  }).catch(() => finished.resolve())
}

const began = performance.now()
const cpu = process.cpuUsage()
for (let n = 0; n < Number(connections); n++) connect()
await finished.promise
report({ done, failed, latencies, began, cpu })
