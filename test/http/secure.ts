// Talking HTTP/1.1 over one TLS connection that stays open, and seeing which certificate it was given.
import { X509Certificate } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import type { Certificate } from '../../src/certificate.ts'

export type Line = {
  socket: TLSSocket
  fingerprint: string
  /** Sends a GET and answers all that came until the body was there. */
  get: (path: string) => Promise<string>
  /** Answers what came since the last time, once it holds `part`; rejects if the connection ends before. */
  hear: (part: string) => Promise<string>
  close: () => void
}

/** Rejects where no connection or no handshake came about. */
export async function secureLine(port: number, host = '127.0.0.1'): Promise<Line> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const made = connect({ port, host, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] }, () =>
      resolve(made),
    )
    made.on('error', reject)
    made.on('close', () => reject(new Error('closed')))
  })
  let heard = ''
  let isOver = false
  let changed = Promise.withResolvers<void>()
  const wake = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1')
    wake()
  })
  socket.on('close', () => {
    isOver = true
    wake()
  })
  const hear = async (part: string): Promise<string> => {
    while (!heard.includes(part)) {
      if (isOver) throw new Error(`the connection ended after ${JSON.stringify(heard)}`)
      await changed.promise
    }
    const text = heard
    heard = ''
    return text
  }
  return {
    socket,
    fingerprint: socket.getPeerCertificate().fingerprint256,
    get: (path) => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      return hear('\r\n\r\n')
    },
    hear,
    close: () => void socket.destroy(),
  }
}

export const fingerprintOf = ({ cert }: Certificate): string => new X509Certificate(cert).fingerprint256
