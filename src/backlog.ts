// How many connections may wait to be let in. Bun listens with 512, whatever it is told: where more come at once, the
// system drops the last step of their handshakes, and clients who think that they are connected hear nothing. Listening
// a second time on the same descriptor changes that number; only Linux is asked to.
import { readdirSync } from 'node:fs'
import { libc } from './libc.ts'
import type { Log } from './log.ts'

/** The system takes at most its own `net.core.somaxconn`. */
const waiting = 4096
const SOL_SOCKET = 1
const SO_ACCEPTCONN = 30

/** Lets more connections wait at all sockets on which this process listens. Where that is not to be had, all goes on without. */
export async function deepenBacklogs(log: Log): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    const system = await listening()
    // Neither Bun's HTTP server nor a public part of `node:net` tells its descriptor, so each is asked what it is.
    const deepened = readdirSync('/proc/self/fd').map(Number).filter(system.listens).map(system.listenAgain)
    if (!deepened.some((done) => done)) throw new Error('no socket was deepened')
  } catch (error) {
    log.debug({ err: error }, 'only 512 connections may wait to be let in')
  }
}

async function listening() {
  const { getsockopt, listen, ptr } = await libc()
  const value = new Int32Array(1)
  const length = new Uint32Array(1)
  return {
    /** False for all but a socket that listens: a file is none, and a connection must not become one. */
    listens: (descriptor: number): boolean => {
      value[0] = 0
      length[0] = value.byteLength
      return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, ptr(value), ptr(length)) === 0 && value[0] === 1
    },
    listenAgain: (descriptor: number): boolean => listen(descriptor, waiting) === 0,
  }
}
