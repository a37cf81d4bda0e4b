// All that the page says in German.
import { frame } from './frame.ts'
import { mail } from './mail.ts'
import { member } from './member.ts'
import { visitor } from './visitor.ts'

export const de = { ...frame, ...mail, ...member, ...visitor }
