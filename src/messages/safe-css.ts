// Style sheets and style attributes of mails, kept as far as they fetch nothing and run nothing.

/** Where a `url()` may go: what to write instead, or null to block it. */
export type UrlRule = (url: string) => string | null

// Functions that fetch by a string, or run: renamed, so that the declaration is one that no browser knows.
const FETCHING = /(?:-webkit-|-moz-|-o-)?(?:image-set|image|src|cross-fade|element|expression|paint)\s*\(/gi
// Properties that once ran code, and rules that fetch or change what the sheet means.
const DANGEROUS =
  /behaviou?r\s*:|-moz-binding\s*:|@(?:-\w+-)?(?:import|charset|namespace|document|property)\b|(?:java|vb)script\s*:/gi

/**
 * The same css without comments, escapes and `<`, its addresses as `rule` says. What a browser reads in the result is
 * what was looked at here: an escape could have hidden a word (CSS Syntax §4.3.7), so none is left. Linear in length.
 */
export function safeCss(css: string, rule: UrlRule): string {
  const plain = withoutControls(unescaped(withoutComments(css))).replace(DANGEROUS, (word) =>
    word.startsWith('@') ? '@blocked ' : 'blocked-',
  )
  return rewriteUrls(plain, rule)
}

function withoutComments(css: string): string {
  let out = ''
  let from = 0
  for (;;) {
    const start = css.indexOf('/*', from)
    if (start < 0) return out + css.slice(from)
    out += `${css.slice(from, start)} `
    const end = css.indexOf('*/', start + 2)
    if (end < 0) return out
    from = end + 2
  }
}

function unescaped(css: string): string {
  if (!css.includes('\\')) return css
  return css.replace(/\\(?:([0-9a-f]{1,6})\s?|([^\n\r\f]|$))/gi, (_, hex: string | undefined, character = '') => {
    if (hex === undefined) return /["'\\]/.test(character) ? ' ' : character
    const code = Number.parseInt(hex, 16)
    // What an escape stood for may not become syntax: a quote, a brace, the end of a comment.
    if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return ' '
    const decoded = String.fromCodePoint(code)
    return /["'\\/*{};]/.test(decoded) ? ' ' : decoded
  })
}

// Also a comment that only came to be by taking out another, or by an escape.
const withoutControls = (css: string) => css.replace(/[<\\\0-\x08\x0b\x0e-\x1f\x7f]/g, '').replaceAll('/*', ' ')

function rewriteUrls(css: string, rule: UrlRule): string {
  let out = ''
  let from = 0
  const opening = /url\s*\(/gi
  for (let match = opening.exec(css); match; match = opening.exec(css)) {
    out += withoutFetching(css.slice(from, match.index))
    const start = match.index + match[0].length
    const end = urlEnd(css, start)
    // Without an end the browser reads the rest of the sheet as one bad address; so it goes.
    if (end < 0) return out
    const address = css
      .slice(start, end)
      .trim()
      .replace(/^["']|["']$/g, '')
      .trim()
    const allowed = rule(address.replace(/[\t\n\r\f]/g, ''))
    out += allowed === null ? 'blocked()' : `url("${quotable(allowed)}")`
    from = end + 1
    opening.lastIndex = from
  }
  return out + withoutFetching(css.slice(from))
}

const withoutFetching = (css: string) => css.replace(FETCHING, 'blocked(')

/** The place of the bracket that closes a `url(`, behind its quotes if there are some; -1 if there is none. */
function urlEnd(css: string, start: number): number {
  let at = start
  while (/\s/.test(css[at] ?? '')) at++
  const quote = css[at]
  if (quote !== '"' && quote !== "'") return css.indexOf(')', at)
  const closing = css.indexOf(quote, at + 1)
  return closing < 0 ? -1 : css.indexOf(')', closing)
}

const quotable = (url: string) => url.replace(/["'()\s<>]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
