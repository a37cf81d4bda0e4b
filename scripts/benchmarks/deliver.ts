// One mail on a connection of its own.
import { connect } from 'node:net'

/** Milliseconds from connect to the 250 of the data. */
export function deliver(port: number, to: string, mail: string): Promise<number> {
  const content = mail.replace(/^\./gm, '..').replace(/\r?\n?$/, '\r\n.\r\n')
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const socket = connect(port, '127.0.0.1')
    const lines = ['EHLO load.test\r\n', 'MAIL FROM:<a@sender.test>\r\n', `RCPT TO:<${to}>\r\n`, 'DATA\r\n', content]
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
      if (!/^\d{3} .*\r\n$/m.test(text)) return
      if (/^[45]/m.test(text)) {
        reject(new Error(`refused: ${text}`))
        socket.destroy()
        return
      }
      text = ''
      const line = lines.shift()
      if (line !== undefined) socket.write(line)
      else {
        resolve(performance.now() - began)
        socket.end('QUIT\r\n')
      }
    })
    socket.on('error', reject)
  })
}
