// The certificate thread: makes a self-signed one, once in a server's life. What that takes in code and time is gone with
// the thread, and the main thread has neither.
import { isIP } from 'node:net'
import { generate } from 'selfsigned'
import { because } from '../cannot-do.ts'
import type { FromMaker, ToMaker } from '../certificate.ts'

declare const self: Worker

self.onmessage = ({ data }: MessageEvent<ToMaker>) => {
  make(data).then(answer, (error) => answer({ failed: because(error) }))
}

async function make({ hostname, from, to }: ToMaker): Promise<FromMaker> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: hostname.slice(0, 64) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(from),
    notAfterDate: new Date(to),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [isIP(hostname) ? { type: 7, ip: hostname } : { type: 2, value: hostname }],
      },
    ],
  })
  return { cert, key }
}

function answer(message: FromMaker): void {
  self.postMessage(message)
}
