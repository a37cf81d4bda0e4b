// A text that may be long: then it is its bytes in UTF-8, which cross threads, and go into the database, as they are.

export type LongText = string | Uint8Array

/** Characters up to which a string crosses as quickly. */
const shortCharacters = 16 * 1024

const encoder = new TextEncoder()

/** The text as it travels; `text` must be well-formed. */
export const travelling = (text: string): LongText => (text.length > shortCharacters ? encoder.encode(text) : text)
