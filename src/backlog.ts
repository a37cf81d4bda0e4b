// How many connections may wait to be let in. Bun listens with 512, whatever it is told: where more come at once, the
// system drops the last step of their handshakes, and clients who think that they are connected hear nothing. Listening
// a second time on the same descriptor changes that number; only Linux is asked to.
import { readdirSync } from 'node:fs'
import type { Log } from './log.ts'

/** The system takes at most its own `net.core.somaxconn`. */
const waiting = 4096
/** Of glibc and of musl. */
const libraries = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']
const SOL_SOCKET = 1
const SO_ACCEPTCONN = 30

let opened: ReturnType<typeof openSystem> | null = null

/** Lets more connections wait at all sockets on which this process listens. Where that is not to be had, all goes on without. */
export async function deepenBacklogs(log: Log): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    // Each door asks; opening takes some milliseconds of the start.
    opened ??= openSystem()
    const system = await opened
    // Neither Bun's HTTP server nor a public part of `node:net` tells its descriptor, so each is asked what it is.
    const deepened = readdirSync('/proc/self/fd').map(Number).filter(system.listens).map(system.listenAgain)
    if (!deepened.some((done) => done)) throw new Error('no socket was deepened')
  } catch (error) {
    log.debug({ err: error }, 'only 512 connections may wait to be let in')
  }
}

async function openSystem() {
  const { ptr } = await import('bun:ffi')
  const libc = await openLibc()
  const value = new Int32Array(1)
  const length = new Uint32Array(1)
  const { getsockopt, listen } = libc.symbols
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

async function openLibc() {
  const { dlopen } = await import('bun:ffi')
  const causes: unknown[] = []
  for (const name of libraries) {
    try {
      return dlopen(name, {
        getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
        listen: { args: ['i32', 'i32'], returns: 'i32' },
      })
    } catch (error) {
      causes.push(error)
    }
  }
  throw new AggregateError(causes, `there is none of ${libraries.join(', ')}`)
}
