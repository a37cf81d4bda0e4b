// A WebSocket: what a dialect makes of it, and what the server gives for it.

/** One connection, as who serves it is told of it. */
export type Conversation = {
  began: (socket: Socket) => void
  heard: (message: string | Uint8Array) => void
  ended: () => void
}

export type Socket = {
  /** What is not read in time ends the connection, once it is more than its bound. */
  send: (text: string) => unknown
  /** `code`: RFC 6455 §7.4. */
  close: (code: number, reason: string) => void
}

/** Clients say little. */
const mostHeardBytes = 16 * 1024
/** Of silence in which not even a ping was answered. */
const idleSeconds = 120

/** For Bun's server. `maxBufferBytes`: what one client may leave unread. */
export const webSockets = (maxBufferBytes: number) => ({
  maxPayloadLength: mostHeardBytes,
  idleTimeout: idleSeconds,
  backpressureLimit: maxBufferBytes,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
  open: (socket: Socket & { data: Conversation }) => socket.data.began(socket),
  message: (socket: { data: Conversation }, message: string | Uint8Array) => socket.data.heard(message),
  close: (socket: { data: Conversation }) => socket.data.ended(),
})
