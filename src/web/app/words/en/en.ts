// All that the page says in English.
import { frame } from './frame.ts'
import { mail } from './mail.ts'
import { member } from './member.ts'
import { visitor } from './visitor.ts'

export const en = { ...frame, ...mail, ...member, ...visitor }
