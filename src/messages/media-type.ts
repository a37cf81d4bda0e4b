// Media types, as they may be told to anybody.

/** RFC 6838 §4.2: what is no type and subtype is bytes of an unknown kind. */
export function safeType(written: string): string {
  const type = String(written).toLowerCase()
  return /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/.test(type) ? type : 'application/octet-stream'
}

/** The type in what a client calls it, without its parameters. */
export const typeIn = (written: string): string => safeType(written.split(';', 1)[0]?.trim() ?? '')
