// Mail that is refused for what its header says, before any of it is stored.
import type { Blocks } from '../mailboxes/blocks.ts'
import { Refusal } from '../refusal.ts'
import { fields } from './header-fields.ts'
import { contactsOf, subjectOf } from './top-headers.ts'

/** Authors of one mail that are looked at; commonly there is one. */
const mostAuthors = 10

/** `head`: the first bytes of a mail, read only while there are such rules. Refuses: blocked. */
export function screen(blocks: Blocks, head: () => Uint8Array): void {
  if (!blocks.readHeaders) return
  const all = fields(head())
  const isBlocked =
    blocks.refusesSubject(subjectOf(all)) ||
    contactsOf(all, 'from', mostAuthors).some(({ address }) => address !== '' && blocks.refusesSender(address))
  if (isBlocked) throw new Refusal('blocked')
}
