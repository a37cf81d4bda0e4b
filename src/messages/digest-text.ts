// What of a digest can be searched.
import type { Contact } from './contacts.ts'
import type { Digest } from './digest.ts'
import type { SearchText } from './search-index.ts'

/** Characters of a text that are searched. */
const searchedCharacters = 128 * 1024

export const searchText = (
  { subject, from, to, cc }: Pick<Digest, 'subject' | 'from' | 'to' | 'cc'>,
  text: string | null,
): SearchText => ({
  subject,
  sender: from.map(words).join(' '),
  recipients: [...to, ...cc].map(words).join(' '),
  body: (text ?? '').slice(0, searchedCharacters),
})

const words = ({ name, address }: Contact): string => `${name} ${address}`
