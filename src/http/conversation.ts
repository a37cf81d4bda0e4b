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

/** A socket as Bun gives it. `send` answers 0 for what it did not take. */
type Given = Omit<Socket, 'send'> & { send: (text: string) => number; readyState: number; data: Conversation }

const isOpen = 1

/** For Bun's server. `maxBufferBytes`: what one client may leave unread; `dropped` is told of each who left more. */
export const webSockets = (maxBufferBytes: number, dropped: () => void) => ({
  maxPayloadLength: mostHeardBytes,
  idleTimeout: idleSeconds,
  backpressureLimit: maxBufferBytes,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
  open: (socket: Given) => socket.data.began(watched(socket, dropped)),
  message: (socket: { data: Conversation }, message: string | Uint8Array) => socket.data.heard(message),
  close: (socket: { data: Conversation }) => socket.data.ended(),
})

/** Bun closes who left too much unread, but with the same code as who went away. */
function watched(socket: Given, dropped: () => void): Socket {
  let isDropped = false
  return {
    send: (text) => {
      if (socket.send(text) !== 0 || socket.readyState !== isOpen || isDropped) return
      isDropped = true
      dropped()
    },
    close: (code, reason) => socket.close(code, reason),
  }
}
