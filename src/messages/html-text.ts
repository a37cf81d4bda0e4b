// What a person reads in an html body: its text, laid out in lines, and its links. One streaming pass without a tree.

import { Parser } from 'htmlparser2'
import { Heap } from '../limits/heap.ts'

/** `url` as written, entities decoded; `text` is what stands in the link, else the alternative text of its images. */
export type Anchor = { url: string; text: string }

/** `cut` if there was more text than `limit`, `tooDeep` if reading ended at too many open elements. */
export type HtmlText = { text: string; anchors: Anchor[]; cut: boolean; tooDeep: boolean }

/** The parser walks its stack of open elements at each end tag, so a stack without end makes it quadratic. */
export const OPEN_ELEMENTS = 1_000
const ANCHORS = 5_000
const ANCHOR_TEXT_CHARACTERS = 300
const CHUNK_CHARACTERS = 16 * 1024

const SILENT = new Set(['script', 'style', 'title', 'template', 'select', 'object', 'applet'])
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'blockquote', 'pre', 'hr'])
const LINES = new Set(
  'address article aside body center dd details div dt fieldset figure footer form header li main nav section summary table tbody tfoot thead tr'.split(
    ' ',
  ),
)

/** The text (at most `limit` characters) and the links of `html`. Linear in its length; never throws. */
export function htmlText(html: string, limit: number): HtmlText {
  const page = new Page(limit)
  let open = 0
  let silent = 0
  const heap = new Heap()
  const parser = new Parser({
    onopentag(name, attributes) {
      open++
      if (SILENT.has(name)) silent++
      if (!silent) page.open(name, attributes)
    },
    onclosetag(name) {
      open--
      if (!silent) page.close(name)
      if (SILENT.has(name)) silent--
    },
    ontext(text) {
      if (!silent) page.write(text)
    },
  })
  for (let start = 0; start < html.length && open <= OPEN_ELEMENTS; start += CHUNK_CHARACTERS) {
    parser.write(html.slice(start, start + CHUNK_CHARACTERS))
    if (start > 0) heap.look()
  }
  const tooDeep = open > OPEN_ELEMENTS
  if (!tooDeep) parser.end()
  return { ...page.finish(), tooDeep }
}

class Page {
  private readonly pieces: string[] = []
  private readonly anchors: Anchor[] = []
  private length = 0
  private breaks = 0
  private space = false
  private preformatted = 0
  private anchor: { url: string; text: string; alt: string } | null = null

  constructor(private readonly limit: number) {}

  open(name: string, attributes: Record<string, string>): void {
    if (name === 'br') this.breaks = Math.min(this.breaks + 1, 2)
    else if (name === 'td' || name === 'th') this.space = true
    else if (name === 'img') this.image(attributes['alt'] ?? '')
    else if (name === 'a' || name === 'area') this.link(attributes['href'], attributes['alt'] ?? '')
    else this.break(name)
    if (name === 'li') this.write('- ')
    if (name === 'pre' || name === 'textarea') this.preformatted++
  }

  close(name: string): void {
    if (name === 'a') this.endLink()
    else if (name === 'td' || name === 'th') this.space = true
    else if (name !== 'br') this.break(name)
    if ((name === 'pre' || name === 'textarea') && this.preformatted > 0) this.preformatted--
  }

  write(text: string): void {
    // What newsletters fill their preview line with is not to be seen.
    const seen = /[\u034f\u00ad\u200b\u2060\ufeff]/.test(text)
      ? text.replace(/[\u034f\u00ad\u200b\u2060\ufeff]/g, '')
      : text
    if (this.preformatted) {
      seen.split(/\r?\n/).forEach((line, at) => {
        if (at > 0) this.breaks = Math.min(this.breaks + 1, 2)
        if (line) this.emit(line.trimEnd())
      })
      return
    }
    const words = seen.replace(/[\s\u00a0]+/g, ' ')
    if (words.startsWith(' ')) this.space = true
    const inner = words.trim()
    if (!inner) return
    this.emit(inner)
    this.space = words.endsWith(' ')
  }

  finish(): { text: string; anchors: Anchor[]; cut: boolean } {
    this.endLink()
    const text = this.pieces.join('')
    return { text: text.slice(0, this.limit).toWellFormed(), anchors: this.anchors, cut: this.length > this.limit }
  }

  private emit(text: string): void {
    if (this.anchor && this.anchor.text.length < ANCHOR_TEXT_CHARACTERS) {
      this.anchor.text += (this.anchor.text && (this.space || this.breaks) ? ' ' : '') + text
    }
    if (this.length > this.limit) return
    const before = this.length === 0 ? '' : this.breaks ? '\n'.repeat(this.breaks) : this.space ? ' ' : ''
    this.pieces.push(before, text)
    this.length += before.length + text.length
    this.breaks = 0
    this.space = false
  }

  private break(name: string): void {
    if (PARAGRAPHS.has(name)) this.breaks = 2
    else if (LINES.has(name)) this.breaks = Math.max(this.breaks, 1)
  }

  private image(alternative: string): void {
    const text = alternative.replace(/\s+/g, ' ').trim().slice(0, ANCHOR_TEXT_CHARACTERS)
    if (!text) return
    if (this.anchor) this.anchor.alt ||= text
    else this.write(` ${text} `)
  }

  private link(href: string | undefined, alternative: string): void {
    this.endLink()
    // WHATWG URL §4.4: tabs and line ends inside a URL do not count.
    const url = href?.replace(/[\t\r\n]/g, '').trim()
    if (url && this.anchors.length < ANCHORS) this.anchor = { url, text: '', alt: alternative.trim() }
  }

  /** In the text the address follows in brackets, as in other mail readers, unless it is what the link says. */
  private endLink(): void {
    const anchor = this.anchor
    if (!anchor) return
    this.anchor = null
    const text = (anchor.text || anchor.alt).slice(0, ANCHOR_TEXT_CHARACTERS).toWellFormed()
    this.anchors.push({ url: anchor.url, text })
    if (!anchor.text && anchor.alt) this.write(anchor.alt)
    if (/^https?:/i.test(anchor.url) && anchor.url !== text && anchor.url.length <= 2_000) {
      const space = this.space
      this.space = text !== ''
      this.emit(`[${anchor.url}]`)
      this.space = space
    }
  }
}
