// Clients who mean harm, in a process of their own: abusers.ts SMTP_PORT HTTP_PORT SMTP HTTP STREAMS ADDRESS…
// Says once a second how many of each are still connected, and of those at the SMTP door how many were let in.
import { connect, type Socket } from 'node:net'

const [smtpPort = 0, httpPort = 0, smtp = 0, http = 0, streams = 0] = process.argv.slice(2, 7).map(Number)
const addresses = process.argv.slice(7)
const open = { smtp: 0, http: 0, streams: 0 }
const seen = { greeted: 0, turnedAway: 0 }
const ticks: (() => void)[] = []

function abuser(kind: keyof typeof open, port: number, localAddress: string, begin: (socket: Socket) => void): void {
  const socket = connect({ port, host: '127.0.0.1', localAddress }, () => begin(socket))
  open[kind]++
  socket.on('error', () => {})
  socket.on('close', () => open[kind]--)
}

/** Byte by byte, again and again; stops when the connection has ended. */
function dribble(socket: Socket, text: string): void {
  let at = 0
  ticks.push(() => {
    if (socket.writable) socket.write(text[at++ % text.length] ?? '')
  })
}

const smtpWays: ((socket: Socket) => void)[] = [
  () => {},
  (socket) => dribble(socket, 'NOOP\r\n'),
  (socket) => dribble(socket, 'EHLO a-name-that-never-comes-to-its-end'),
  (socket) => {
    for (const line of ['EHLO a.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<box@mayfly.test>', 'DATA'])
      socket.write(`${line}\r\n`)
    dribble(socket, 'Subject: slow')
  },
]

function greetedFirst(socket: Socket, go: (socket: Socket) => void): void {
  socket.once('data', (bytes: Buffer) => {
    const isGreeted = bytes.toString('latin1').startsWith('220')
    if (isGreeted) seen.greeted++
    else seen.turnedAway++
    if (isGreeted) go(socket)
  })
  socket.on('data', () => {})
}

for (let n = 0; n < smtp; n++) {
  const go = smtpWays[n % smtpWays.length] ?? (() => {})
  abuser('smtp', smtpPort, `127.0.${10 + Math.floor(n / 20 / 200)}.${1 + (Math.floor(n / 20) % 200)}`, (socket) =>
    greetedFirst(socket, go),
  )
  if (n % 100 === 99) await Bun.sleep(20)
}

const head = 'Host: localhost\r\nContent-Type: application/json\r\n'
const httpWays: ((socket: Socket) => void)[] = [
  (socket) => dribble(socket, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Never: ends'),
  (socket) => {
    socket.write(`POST /mayfly/v1/mailboxes HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n{`)
    dribble(socket, ' ')
  },
  (socket) => {
    socket.pause()
    socket.write(`GET /openapi.json HTTP/1.1\r\n${head}\r\n`.repeat(50))
  },
  () => {},
]
for (let n = 0; n < http; n++) {
  abuser('http', httpPort, `127.0.50.${1 + (n % 200)}`, httpWays[n % httpWays.length] ?? (() => {}))
}
for (let n = 0; n < streams; n++) {
  abuser('streams', httpPort, `127.0.60.${1 + (n % 200)}`, (socket) => {
    socket.pause()
    socket.write(`GET /mayfly/v1/mailboxes/${addresses[n % addresses.length]}/events HTTP/1.1\r\n${head}\r\n`)
  })
}

setInterval(() => {
  for (const tick of ticks) tick()
  console.log(JSON.stringify({ ...open, ...seen }))
}, 1000)
