// Before a listener that strangers reach: it bounds connections and speaks TLS with a certificate that can be changed.
// Bun's own server can do neither: it counts no connections, and taking another certificate would close idle ones. So it
// listens on loopback behind the gate, which tells it by the port of each connection who is there.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { cannotListen } from '../cannot-start.ts'
import type { Certificate } from '../certificate.ts'
import type { Listen } from '../config/listen.ts'
import { plainAddress } from '../limits/networks.ts'
import { type Reason, Refusal } from '../refusal.ts'
import { Behind } from './behind.ts'

export type GateOptions = {
  /** Null: without TLS. */
  certificate: Certificate | null
  /** A place for a connection of this client; call the answer once to give it back. Throws a Refusal. */
  enter: (client: string) => () => void
  refused: (reason: Reason) => void
}

/** How long a TLS handshake may take. */
const handshakeMs = 10_000
const lingerMs = 1000
/** How long the last words of a server that stops may take to leave. */
const leaveMs = 500
/** How long a client may leave unread what waits for him, without taking any of it. */
const unreadMs = 60_000
/** How long an answer may stay away, or stop, for a client that has closed its side. */
const silenceMs = 2000
const full = 'HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n'

export class Gate {
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly behind = new Behind()
  private context: SecureContext | null
  private inner: Listen = { host: '', port: 0 }

  constructor(private readonly options: GateOptions) {
    const { certificate } = options
    this.context = certificate && contextOf(certificate)
    // TLS has no half-closed connections.
    this.server = createServer({ noDelay: true, allowHalfOpen: certificate === null }, (socket) => this.admit(socket))
  }

  /** Binds, before the listener at `inner`. Throws CannotStart. */
  open({ host, port }: Listen, inner: Listen): Promise<void> {
    this.inner = inner
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(cannotListen('HTTP', { host, port }, error))
      this.server.once('error', failed)
      this.server.listen({ host, port }, () => {
        this.server.removeListener('error', failed)
        resolve()
      })
    })
  }

  get address(): Listen {
    const bound = this.server.address()
    if (bound === null || typeof bound === 'string') throw new Error('a gate is not open')
    return { host: bound.address, port: bound.port }
  }

  /** Who stands at this port of ours; null: nobody that came through the gate. */
  clientAt(port: number): string | null {
    return this.behind.at(port)
  }

  /** For connections from now on; those that are open stay as they are. */
  useCertificate(certificate: Certificate): void {
    if (this.context) this.context = contextOf(certificate)
  }

  /** Lets nobody in any more. */
  shut(): void {
    this.server.close()
  }

  /** Closes what is still open; what the listener said last may leave first. */
  async close(): Promise<void> {
    this.shut()
    const open = [...this.sockets]
    const closed = open.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())))
    let late: ReturnType<typeof setTimeout> | undefined
    const over = new Promise<void>((resolve) => {
      late = setTimeout(resolve, leaveMs)
    })
    await Promise.race([Promise.all(closed), over])
    clearTimeout(late)
    for (const socket of this.sockets) socket.destroy()
  }

  private admit(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const { remoteAddress } = socket
    if (remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const client = plainAddress(remoteAddress)
    try {
      const leave = this.options.enter(client)
      socket.once('close', leave)
    } catch (error) {
      this.turnAway(socket, error)
      return
    }
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    if (this.context) this.secure(socket, this.context, client)
    else this.pass(socket, client)
  }

  private secure(socket: Socket, secureContext: SecureContext, client: string): void {
    const late = setTimeout(() => socket.destroy(), handshakeMs)
    late.unref()
    const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] })
    secured.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(late)
      secured.destroy()
    })
    secured.once('close', () => socket.destroy())
    secured.once('secure', () => {
      clearTimeout(late)
      this.pass(secured, client)
    })
  }

  private pass(socket: Socket, client: string): void {
    const through = connect({ ...this.inner, noDelay: true }, () => {
      const { localPort = 0 } = through
      through.once('close', this.behind.put(localPort, client))
      if (!this.context) stayForAnswer(socket, through)
      socket.pipe(through, { end: this.context !== null })
      through.pipe(socket)
    })
    through.on('error', () => socket.destroy())
    through.once('close', () => socket.destroySoon())
    socket.once('close', () => through.destroy())
    // The listener's own clock ends with its side: what was handed over before it would hold the place for ever.
    socket.setTimeout(unreadMs, () => {
      if (socket.writableLength > 0 || through.destroyed || through.readableEnded) socket.destroy()
    })
  }

  private turnAway(socket: Socket, error: unknown): void {
    this.options.refused(error instanceof Refusal ? error.reason : 'too-many-connections')
    // Before a handshake nothing can be said.
    if (this.context) {
      socket.destroy()
      return
    }
    const late = setTimeout(() => socket.destroy(), lingerMs)
    late.unref()
    socket.once('close', () => clearTimeout(late))
    socket.end(full)
    socket.resume()
  }
}

/**
 * Tells the listener that a client has closed its side, but not while it has an answer to come: one that asked and said
 * no more (`nc -N`) would get none. One that left before its answer looks the same, so this is for a short silence only.
 */
function stayForAnswer(socket: Socket, through: Socket): void {
  let isAnswered = true
  socket.on('data', () => {
    isAnswered = false
  })
  through.on('data', () => {
    isAnswered = true
  })
  socket.once('end', () => {
    if (isAnswered) {
      through.end()
      return
    }
    let heard = through.bytesRead
    const look = setInterval(() => {
      if (through.bytesRead === heard && socket.writableLength === 0) through.end()
      heard = through.bytesRead
    }, silenceMs)
    look.unref()
    through.once('close', () => clearInterval(look))
  })
}

const contextOf = (certificate: Certificate): SecureContext =>
  createSecureContext({ ...certificate, minVersion: 'TLSv1.2' })
