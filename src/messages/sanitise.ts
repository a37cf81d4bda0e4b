// Html of a stranger's made safe to show in a frame of our own: nothing in it runs, and nothing is fetched unasked.
// The frame has no scripts, no cookies and a policy of its own besides; this must hold without it too.

import { Parser } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'
import { OPEN_ELEMENTS } from './html-text.ts'
import { lookSheet, worn } from './look-css.ts'
import { safeCss, type UrlRule } from './safe-css.ts'

/**
 * `remote`: whether images and fonts may come from elsewhere. `inlineUrl`: where the attachment with that content id is
 * served (a path, or null when there is none).
 */
export type SanitiseOptions = {
  remote: boolean
  inlineUrl: (contentId: string) => string | null
  /** What to write for where a link leads; without it, as it is. */
  linkUrl?: (url: string) => string
  /** The look that the reader wishes; without it the browser's own counts for what the mail asks about it. */
  look?: Look | null
}

export type Look = 'light' | 'dark'

/** `blocked`: how many addresses were not let through for being remote; each stands in a `data-blocked-…` attribute. */
export type Sanitised = { html: string; blocked: number }

const CHUNK_CHARACTERS = 16 * 1024
const CSS_CHARACTERS = 512 * 1024
/** Tags, texts and entities: mails have some thousand, and a million `<` would take seconds and hundreds of megabytes. */
const MARKS = 250_000
const SOURCES = ['src', 'background', 'poster', 'srcset']

const TAGS =
  'a abbr acronym address area article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map mark nav ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'.split(
    ' ',
  )
const ATTRIBUTES =
  'abbr align alt bgcolor border cellpadding cellspacing cite class clear color cols colspan coords dir face frame headers height hspace id lang media name noshade nowrap open reversed rowspan rules scope shape size span start style summary title type usemap valign value vspace width href target rel src srcset background data-blocked-src data-blocked-srcset data-blocked-background'.split(
    ' ',
  )

/** The safe html alone. */
export function sanitise(html: string, options: SanitiseOptions): string {
  return sanitiseCounting(html, options).html
}

/** `html` made safe. Its `<style>` sheets come first, as one. Never throws; too deep a nest of elements, and more than a quarter of a million tags, are cut off. */
export function sanitiseCounting(html: string, options: SanitiseOptions): Sanitised {
  const { remote, inlineUrl, look = null, linkUrl = (url: string) => url } = options
  let blocked = 0
  const address: UrlRule = (url) => {
    const allowed = allowedAddress(url, remote, inlineUrl)
    if (allowed === null && isRemote(url)) blocked++
    return allowed
  }
  const { css, end } = survey(html)
  const body = sanitizeHtml(html.slice(0, end), {
    allowedTags: TAGS,
    allowedAttributes: { '*': ATTRIBUTES },
    // Ours are checked below, where they are made; none else gets this far.
    allowedSchemes: ['http', 'https', 'mailto', 'tel', 'data'],
    allowedSchemesAppliedToAttributes: ['href', 'cite'],
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    nonTextTags: [
      'script',
      'style',
      'textarea',
      'option',
      'xmp',
      'title',
      'noembed',
      'noframes',
      'template',
      'svg',
      'math',
    ],
    nestingLimit: OPEN_ELEMENTS,
    transformTags: {
      '*': (tag, attributes) => ({
        // The frame has a body of its own; this one's colours are worth keeping.
        tagName: tag === 'body' ? 'div' : tag === 'image' ? 'img' : tag,
        attribs: safeAttributes(tag, attributes, address, linkUrl),
      }),
    },
  })
  const sheet = safeCss(css, address).trim()
  const ours = lookSheet(sheet, look)
  return { html: sheet ? `${ours}<style>${worn(sheet, look)}</style>\n${body}` : ours + body, blocked }
}

/** The sheets, and where the html must end for the parser's stack and its work to stay small (OPEN_ELEMENTS, MARKS). */
function survey(html: string): { css: string; end: number } {
  let css = ''
  let open = 0
  let marks = 0
  let inStyle = false
  const parser = new Parser({
    onopentagname(name) {
      open++
      marks++
      if (name === 'style') inStyle = true
    },
    onclosetag(name) {
      open--
      if (name === 'style') inStyle = false
    },
    onattribute() {
      marks++
    },
    ontext(text) {
      marks++
      if (inStyle && css.length < CSS_CHARACTERS) css += text
    },
  })
  for (let start = 0; start < html.length; start += CHUNK_CHARACTERS) {
    parser.write(html.slice(start, start + CHUNK_CHARACTERS))
    if (open > OPEN_ELEMENTS || marks > MARKS) return { css, end: start }
  }
  parser.end()
  return { css: css.slice(0, CSS_CHARACTERS), end: html.length }
}

function safeAttributes(
  tag: string,
  attributes: Record<string, string>,
  address: UrlRule,
  linkUrl: (url: string) => string,
): Record<string, string> {
  const safe: Record<string, string> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (SOURCES.includes(name)) {
      const allowed = name === 'srcset' ? safeSourceSet(value, address) : address(withoutLineEnds(value))
      if (allowed) safe[name] = allowed
      else if (isRemote(value)) safe[`data-blocked-${name}`] = withoutLineEnds(value)
    } else if (name === 'style') {
      const css = safeCss(value, address).trim()
      if (css) safe['style'] = css
    } else if (name === 'href') {
      const href = withoutLineEnds(value)
      if (/^(?:https?:\/\/|mailto:|tel:)/i.test(href)) safe['href'] = linkUrl(href)
    } else if (!name.startsWith('data-') && name !== 'target' && name !== 'rel') {
      safe[name] = value
    }
  }
  if (tag === 'a' || tag === 'area') Object.assign(safe, { target: '_blank', rel: 'noopener noreferrer nofollow' })
  return safe
}

/** A source set is let through whole or not at all: a reader's page shows one picture or its stand-in. */
function safeSourceSet(value: string, address: UrlRule): string | null {
  const parts = value.slice(0, 20_000).split(/,\s+/)
  const safe = parts.map((part) => {
    const [url = '', ...size] = part.trim().split(/\s+/)
    const allowed = address(url)
    return allowed && size.every((word) => /^[\d.]{1,9}[wxh]$/.test(word)) ? [allowed, ...size].join(' ') : null
  })
  return safe.every((part) => part !== null) ? safe.join(', ') : null
}

function allowedAddress(url: string, remote: boolean, inlineUrl: SanitiseOptions['inlineUrl']): string | null {
  if (/^cid:/i.test(url)) return inlineUrl(contentIdOf(url))
  if (/^data:image\/(?:png|gif|jpe?g|webp)[;,]/i.test(url)) return url
  if (!remote || !isRemote(url)) return null
  return url.startsWith('//') ? `https:${url}` : url
}

/** RFC 2392 §2: the content id is percent-encoded in a `cid:` URL. */
function contentIdOf(url: string): string {
  try {
    return decodeURIComponent(url.slice(4))
  } catch {
    return url.slice(4)
  }
}

const isRemote = (url: string) => /^\s*(?:https?:)?\/\/[^/]/i.test(url)

/** WHATWG URL §4.4: browsers take these out before they look at the scheme. */
function withoutLineEnds(url: string): string {
  const oneLine = url.replace(/[\t\n\r]/g, '')
  let start = 0
  let end = oneLine.length
  while (start < end && oneLine.charCodeAt(start) <= 0x20) start++
  while (end > start && oneLine.charCodeAt(end - 1) <= 0x20) end--
  return oneLine.slice(start, end)
}
