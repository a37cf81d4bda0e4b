// libmime ships no types: what is used of it here, and no more.
declare module 'libmime' {
  const libmime: {
    /** Decodes the RFC 2047 encoded-words in a header value. An unknown charset is read as UTF-8. */
    decodeWords(value: string): string
    /** Decodes one encoded-word's payload by its charset and encoding (`B` or `Q`). */
    decodeWord(charset: string, encoding: string, payload: string): string
    /** `us_ascii`, `latin1`, `win-1251` … to the name that is registered. */
    normalizeCharset(charset: string): string
    /** `image/png` to `png`; `bin` when nobody knows. */
    detectExtension(type: string): string
  }
  export default libmime
}
