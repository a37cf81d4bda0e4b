// Texts that may be long, and cost the main thread nothing then.
import { randomBytes } from 'node:crypto'

/** On its way from thread to thread: a long one as its bytes in UTF-8, which are handed over, and stored as they are. */
export type LongText = string | Uint8Array

/** Characters up to which a string crosses as quickly. */
const shortCharacters = 16 * 1024

const encoder = new TextEncoder()

/** The text as it travels; `text` must be well-formed. */
export const travelling = (text: string): LongText => (text.length > shortCharacters ? encoder.encode(text) : text)

/**
 * A long text that is read only when it is wanted, by a thread that makes JSON of it. In what JSON.stringify makes it
 * leaves a mark for it that nobody can guess.
 */
export class LaterText {
  readonly mark = randomBytes(16).toString('hex')

  constructor(
    /** The text as JSON in UTF-8. */
    readonly json: () => Promise<Uint8Array>,
  ) {}

  toJSON(): string {
    return this.mark
  }
}

/** Those of a message's two bodies that are read later. */
export const laterTextsOf = ({ text, html }: Record<'text' | 'html', string | LaterText | null>): LaterText[] =>
  [text, html].filter((body) => body instanceof LaterText)
