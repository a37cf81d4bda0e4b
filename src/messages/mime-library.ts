// libmime, loaded by the thread that first needs it: its tables of charsets take megabytes, and most threads never do.
import type Libmime from 'libmime'

let loaded: typeof Libmime | null = null

export function libmime(): typeof Libmime {
  const library: typeof Libmime = loaded ?? require('libmime')
  loaded = library
  return library
}
