// All that the page says in English.
import { domains } from './domains.ts'
import { frame } from './frame.ts'
import { mail } from './mail.ts'
import { member } from './member.ts'
import { selling } from './selling.ts'
import { visitor } from './visitor.ts'

export const en = { ...domains, ...frame, ...mail, ...member, ...selling, ...visitor }
