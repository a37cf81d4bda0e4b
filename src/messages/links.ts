// The links of a mail, those first that it was probably sent for.

import { type Anchor, htmlText } from './html-text.ts'
import { LINK_OTHER_WORDS, LINK_TEXT_WORDS, LINK_URL_WORDS } from './link-words.ts'

/** `url` as written, entities decoded; `text` what the link says, or the url. */
export type Link = { url: string; text: string }

const LINKS = 200
const URL_CHARACTERS = 2_000
/** How many are looked at before the best are chosen. */
const CANDIDATES = 5_000

/** The http and https links of both bodies, each once, in order, verification-like ones first; at most 200. Linear. */
export function links(html: string | null, text: string | null): Link[] {
  return rankLinks(html === null ? [] : htmlText(html, 0).anchors, text ?? '')
}

/** The same, for html whose anchors have been read. */
export function rankLinks(anchors: Anchor[], text: string): Link[] {
  const found = new Map<string, Link>()
  for (const { url, text: says } of anchors) {
    if (!isLink(url)) continue
    const known = found.get(url)
    // The second of two links to one place may be the one with words.
    if (!known) found.set(url, { url, text: says || url })
    else if (known.text === url && says) known.text = says
  }
  for (const url of urlsIn(text)) {
    if (found.size >= CANDIDATES) break
    if (!found.has(url)) found.set(url, { url, text: url })
  }
  const all = [...found.values()]
  const first = new Set(all.filter(isForVerification))
  return [...first, ...all.filter((link) => !first.has(link))].slice(0, LINKS)
}

function* urlsIn(text: string): Generator<string> {
  // RFC 3986 appendix C: delimiters of URLs in plain text. Also what East Asian text puts right behind them.
  for (const [run] of text.matchAll(/https?:\/\/[^\s<>"`{}|\\^\u3000-\u303f\uff00-\uffef]+/gi)) {
    if (run.length > URL_CHARACTERS + 10) continue
    const url = withoutPunctuation(run)
    if (isLink(url)) yield url
  }
}

/** A sentence's own punctuation is none of the URL's, nor is a closing bracket that was not opened in it. */
function withoutPunctuation(run: string): string {
  // How many of each were closed and not opened: counted once, however many are cut off.
  const spare = new Map([
    [')', count(run, ')') - count(run, '(')],
    [']', count(run, ']') - count(run, '[')],
  ])
  let end = run.length
  for (; end > 0; end--) {
    const last = run.charAt(end - 1)
    const unopened = spare.get(last)
    if (unopened === undefined ? !/[.,;:!?'*_~…»”’]/.test(last) : unopened <= 0) break
    if (unopened !== undefined) spare.set(last, unopened - 1)
  }
  return run.slice(0, end)
}

const count = (text: string, character: string) => text.split(character).length - 1

const isLink = (url: string) =>
  url.length <= URL_CHARACTERS && /^https?:\/\/[^/?#\s]/i.test(url) && URL.canParse(url) && url.isWellFormed()

function isForVerification({ url, text }: Link): boolean {
  const says = text.toLowerCase()
  const address = url.toLowerCase()
  if (LINK_OTHER_WORDS.some((word) => says.includes(word) || address.includes(word))) return false
  if (says !== address && LINK_TEXT_WORDS.some((word) => says.includes(word))) return true
  const path = address.slice(address.indexOf('/', 8) >>> 0)
  return path.split(/[^a-z0-9]+/).some((word) => LINK_URL_WORDS.has(word))
}
