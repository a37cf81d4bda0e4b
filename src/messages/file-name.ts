// Names of attachments that are safe to write to a disk and to put into a header.

import { cut } from './header-fields.ts'
import { libmime } from './mime-library.ts'

const NAME_CHARACTERS = 120
/** What file systems take. */
const WRITTEN_CHARACTERS = 255
const EXTENSION_CHARACTERS = 12

// Control characters, and those that turn the direction of reading: "invoice‮fdp.exe" shows as "invoiceexe.pdf".
const UNSEEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

// Names of devices on Windows, with whatever extension.
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * A file name without path, control characters, quotes, or what file systems reserve; '' when nothing is left. Its
 * extension outlives the cut to 120 characters.
 */
export function safeName(written: string): string {
  const last = written.slice(-2_000).replace(UNSEEN, '').split(/[\\/]/).at(-1) ?? ''
  const name = last
    .toWellFormed()
    .replace(/[<>:"|?*\ufffd]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+/, '')
  const whole = withoutTrailing(name)
  return withoutTrailing(shorten(DEVICE.test(whole) ? `_${whole}` : whole))
}

/** The safe name, or `attachment-N.EXT` by place (from 1) and type when there is none. */
export function attachmentName(written: string | null, index: number, type: string): string {
  const extension = libmime().detectExtension(type)
  return safeName(written ?? '') || `attachment-${index + 1}.${type === 'message/rfc822' ? 'eml' : extension || 'bin'}`
}

/** As `contentDisposition`, with the name as it was written but for what is unseen and for path separators. */
export function writtenDisposition(name: string, disposition: 'attachment' | 'inline'): string {
  const kept = name.slice(0, 2_000).toWellFormed().replace(UNSEEN, '_').replace(/[\\/]/g, '_')
  return named(cut(kept, WRITTEN_CHARACTERS) || 'attachment', disposition)
}

/** RFC 6266 §4: a plain `filename` for old clients, and RFC 8187's `filename*` when that can't say it. */
export function contentDisposition(name: string, disposition: 'attachment' | 'inline'): string {
  return named(safeName(name) || 'attachment', disposition)
}

function named(safe: string, disposition: 'attachment' | 'inline'): string {
  const plain = safe.replace(/[^ !#$&'()+,\-.0-9;=@A-Z[\]^_`a-z{}~]/g, '_')
  if (plain === safe) return `${disposition}; filename="${plain}"`
  // RFC 8187 §3.2.1: attr-char leaves out these four, which encodeURIComponent leaves in.
  const extended = encodeURIComponent(safe).replace(
    /['()*]/g,
    (at) => `%${at.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${extended}`
}

function shorten(name: string): string {
  if (name.length <= NAME_CHARACTERS) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= EXTENSION_CHARACTERS ? name.slice(dot) : ''
  return (cut(name, NAME_CHARACTERS - extension.length) + extension).toWellFormed()
}

/** Windows drops dots and spaces at the end of a name. */
function withoutTrailing(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end)
}
