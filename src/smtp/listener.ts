// One listening socket: lets connections in, or turns them away before anything is spent on them.

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { SMTPConnectionOptions, TLSError } from 'smtp-server/lib/smtp-connection.js'
import { SMTPServer } from 'smtp-server/lib/smtp-server.js'
import { cannotListen } from '../cannot-start.ts'
import type { Certificate } from '../certificate.ts'
import type { Listen } from '../config/listen.ts'
import { Refusal } from '../refusal.ts'
import type { Admission, Place } from './admission.ts'
import type { House } from './house.ts'
import { greetings, replyTo } from './replies.ts'
import { Session } from './session.ts'

/** How long one that was turned away may take to read why. */
const lingerMs = 1000
const mostLingering = 256

export class Listener extends SMTPServer {
  private readonly places = new WeakMap<Socket, Place>()
  private lingering = 0

  constructor(
    private readonly house: House,
    private readonly admission: Admission,
    readonly tls: boolean,
    /** Null: it comes with `updateSecureContext`, and no handshake begins before. */
    certificate: Certificate | null,
  ) {
    super({
      secure: tls,
      name: house.options.hostname,
      banner: 'Mayfly',
      size: house.options.maxMessageBytes,
      socketTimeout: house.options.idleMs,
      authOptional: true,
      // A client that says all it has and closes its side still gets its replies; the session closes ours.
      allowHalfOpen: true,
      // A reverse lookup would ask the internet about each client.
      disableReverseLookup: true,
      hideENHANCEDSTATUSCODES: false,
      disabledCommands: ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'],
      logger: false,
      minVersion: 'TLSv1.2',
      ...certificate,
      onConnect: (_session, next) => next(),
      onSecure: (_socket, _session, next) => next(),
    })
    // Broken connections and failed handshakes: their clients' business.
    this.on('error', (error) => house.services.log.debug({ err: error }, 'an SMTP connection broke'))
  }

  /** Binds. Throws with a sentence for the operator. */
  open({ host, port }: Listen): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(cannotListen('SMTP', { host, port }, error))
      this.server.once('error', failed)
      this.server.listen({ host, port }, () => {
        this.server.removeListener('error', failed)
        resolve()
      })
    })
  }

  /** Where it listens, the port that was taken for 0 included. */
  get address(): { host: string; port: number; tls: boolean } {
    const bound = this.server.address()
    if (bound === null || typeof bound === 'string') throw new Error('SMTP is not listening')
    return { host: bound.address, port: bound.port, tls: this.tls }
  }

  /** Takes no more connections, and drops those that have not got as far as a session. */
  shut(): void {
    this.server.close()
    for (const socket of this._pendingSockets.values()) socket.destroy()
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || this.house.isStopping) {
      socket.on('error', () => {})
      socket.destroy()
      return false
    }
    try {
      // Trusted networks too; who is blocked takes nobody's place.
      if (this.house.services.blocks.refusesClient(remoteAddress)) throw new Refusal('blocked')
      const place = this.admission.enter(remoteAddress)
      this.places.set(socket, place)
      // Until there is a session, which gives the place back itself.
      socket.once('close', place.leave)
      return super._acceptSocket(socket, handshake)
    } catch (error) {
      this.turnAway(socket, remoteAddress, error)
      return false
    }
  }

  override _upgrade(socket: Socket, next: (error: TLSError | null, tlsSocket?: TLSSocket) => void): void {
    super._upgrade(socket, (error, tlsSocket) => {
      const place = this.places.get(socket)
      if (tlsSocket && place) this.places.set(tlsSocket, place)
      next(error, tlsSocket)
    })
  }

  override connect(socket: Socket | TLSSocket, options: SMTPConnectionOptions | null = null): void {
    const place = this.places.get(socket)
    if (!place || socket.destroyed || this.house.isStopping) {
      place?.leave()
      socket.destroy()
      return
    }
    const session = new Session(this.house, place, this, socket, options)
    this.connections.add(session)
    session.on('error', (error: Error) => this._onError(error))
    session.init()
  }

  private turnAway(socket: Socket, client: string, error: unknown): void {
    const { reply, reason, isDefect } = replyTo(error)
    if (isDefect) this.house.defect(error)
    this.house.refused({ client, from: '', to: [], stage: 'connect', reason })
    socket.on('error', () => {})
    // Before a TLS handshake nothing can be said, and a handshake is what the limits are to spare.
    if (this.tls || this.lingering >= mostLingering) {
      socket.destroy()
      return
    }
    this.lingering++
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.lingering--
    })
    socket.end(`${(greetings[reason] ?? reply).join(' ')}\r\n`)
    socket.resume()
  }
}
