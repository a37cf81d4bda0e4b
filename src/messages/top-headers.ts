// What a list of messages shows, read on the main thread from the first bytes of every mail that is accepted.

import { type Contact, contacts } from './contacts.ts'
import { cut, decodeText, type Field, fields } from './header-fields.ts'
import { mailDate } from './mail-date.ts'

/** `date` in epoch milliseconds; `messageId` with its angle brackets, as written. */
export type TopHeaders = {
  from: Contact | null
  to: Contact[]
  subject: string
  date: number | null
  messageId: string | null
}

export const SUBJECT_CHARACTERS = 1_000
export const MESSAGE_ID_CHARACTERS = 998
const TO_CONTACTS = 100

/** From the head of a mail; what is missing or unreadable is null or empty. Never throws, linear in the head's length. */
export function topHeaders(head: Uint8Array): TopHeaders {
  const all = fields(head)
  return {
    from: contactsOf(all, 'from', 1)[0] ?? null,
    to: contactsOf(all, 'to', TO_CONTACTS),
    subject: subjectOf(all),
    date: mailDate(first(all, 'date')),
    messageId: messageIdOf(all),
  }
}

/**
 * The contacts of all fields of that name (lower case), at most `limit`; From counts once (RFC 5322 §3.6). Only as many
 * bytes are read as so many contacts commonly need: reading 64 KiB made of quotes alone takes 25 ms.
 */
export function contactsOf(all: Field[], name: string, limit: number): Contact[] {
  const found: Contact[] = []
  let bytes = 2_000 + limit * 150
  for (const field of all) {
    if (!isNamed(field, name)) continue
    for (const contact of contacts(field.value, limit - found.length, bytes)) found.push(contact)
    bytes -= field.value.length
    if (bytes <= 0 || found.length >= limit || (name === 'from' && found.length > 0)) break
  }
  return found
}

export const subjectOf = (all: Field[]) => cut(decodeText(first(all, 'subject').slice(0, 8_000)), SUBJECT_CHARACTERS)

/** The first `<id>`, else the whole value; null if there is none. */
export function messageIdOf(all: Field[]): string | null {
  const value = decodeText(first(all, 'message-id').slice(0, 2 * MESSAGE_ID_CHARACTERS))
  const id = /<[^<>]*>/.exec(value)?.[0] ?? value
  return cut(id, MESSAGE_ID_CHARACTERS) || null
}

/** The raw value of the first field of that name (lower case), or ''. */
export function first(all: Field[], name: string): string {
  for (const field of all) if (isNamed(field, name)) return field.value
  return ''
}

const isNamed = (field: Field, name: string) => field.name.length === name.length && field.name.toLowerCase() === name
