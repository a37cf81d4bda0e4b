// libmime, loaded by the thread that first needs it: its tables of charsets take megabytes, and most threads never do.
import type Libmime from 'libmime'

export const libmime = (): typeof Libmime => require('libmime')
