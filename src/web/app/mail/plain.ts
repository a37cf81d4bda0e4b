// Texts of strangers, so that they cannot look like what they are not.

/** What turns the direction of reading for what stands beside it: it has no use in a name or a subject. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g
const unseen = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb]/g

/** In one line: for names, subjects, addresses. */
export const inOneLine = (text: string): string =>
  text.replace(turning, '').replace(unseen, ' ').replace(/\s+/g, ' ').trim()

/** With each such character named, for who looks at the mail as it is written. */
export const withNames = (text: string): string =>
  text.replace(
    /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (character) =>
      character === '\r' ? '' : `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
