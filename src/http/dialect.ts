// A dialect as the front sees it: the paths it answers, and how it says no before a route was found.
import type { DialectsConfig } from '../config/schema-dialects.ts'
import type { Core } from '../core.ts'
import type { Health } from '../health.ts'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import type { Refusal } from '../refusal.ts'
import type { Cors, Origins } from './cors.ts'
import type { EventStreams } from './event-stream.ts'
import type { LastingFacts } from './facts.ts'
import type { Slots } from './slots.ts'
import type { Visit } from './visit.ts'

/** What a dialect is built on. To describe its routes it needs none of it: see `withoutServer`. */
export interface Door {
  readonly core: Core
  readonly origins: Origins
  readonly log: Log
  readonly outside: Outside
  readonly streams: EventStreams
  readonly streamSlots: Slots
  readonly waitSlots: Slots
  /** Of large attachments. */
  readonly downloadSlots: Slots
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal
  /** Why no mail can be taken, or null. */
  readonly shortage: () => string | null
  /** How the server is. */
  readonly health: () => Promise<Health>
  readonly options: DoorOptions
}

export type DoorOptions = {
  /** Mailboxes that one stream follows at most. */
  maxStreamMailboxes: number
  /** Whether people reach this server by https: then cookies are for that alone. */
  isPublicOverTls: boolean
  /** Where people reach it, if that is known. */
  publicUrl: string | null
  idempotency: { keys: number; hours: number }
  /** The largest body where a mail comes in it. */
  maxMailBytes: number
  dialects: DialectsConfig
  lasting: LastingFacts
}

export interface Dialect {
  readonly name: string
  /** Each path itself and all below it. The longest one that fits takes the request. */
  readonly prefixes: readonly string[]
  /** Every answer but those of the front, refusals and defects included. */
  handle(request: Request): Response | Promise<Response>
  /** A refusal of the front's; null: a defect. */
  refuse(refusal: Refusal | null, visit: Visit): Response
  /** The headers in which a credential may come to this path, in lower case. */
  credentialHeaders(path: string): readonly string[]
  /** What pages that call with a key are told; null: what the native API says. */
  readonly cors: Cors | null
  /** Whose pages may call without a credential; null: those of the whole server. */
  readonly origins: Origins | null
  /** Whether all that it gives, or does, it does for a credential: then whence a call without one comes does not matter. */
  readonly isKeyedOnly: boolean
  /** The largest body that this call may have; null: the usual bound. */
  bodyBytes(method: string, path: string): number | null
  /** Its OpenAPI document. */
  document(): object
}

/** A door with nothing behind it: enough to describe the routes. */
export const withoutServer: Door = {
  get core() {
    return absent()
  },
  get origins() {
    return absent()
  },
  get log() {
    return absent()
  },
  get outside() {
    return absent()
  },
  get streams() {
    return absent()
  },
  get streamSlots() {
    return absent()
  },
  get waitSlots() {
    return absent()
  },
  get downloadSlots() {
    return absent()
  },
  get stopping() {
    return absent()
  },
  shortage: () => null,
  health: absent,
  options: {
    maxStreamMailboxes: 100,
    isPublicOverTls: false,
    publicUrl: null,
    idempotency: { keys: 0, hours: 24 },
    maxMailBytes: 0,
    get dialects() {
      return absent()
    },
    get lasting() {
      return absent()
    },
  },
}

function absent(): never {
  throw new Error('there is no server behind this door')
}
