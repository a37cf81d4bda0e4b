// A mail shown light or dark, whatever the browser's own look is.
import type { Look } from './sanitise.ts'

const asked = /prefers-color-scheme\s*:\s*(dark|light)/gi

/** The mail's sheet with its questions for the look answered: by something that is always so, or never. */
export function worn(sheet: string, look: Look | null): string {
  if (look === null) return sheet
  return sheet.replace(asked, (_, which: string) => (which.toLowerCase() === look ? 'min-width:0' : 'max-width:0'))
}

/**
 * Rules of our own, to stand before the mail's sheet; '' without a look. A mail that has no dark colours of its own is turned
 * round, and its pictures back again, so that they look as they are.
 */
export function lookSheet(sheet: string, look: Look | null): string {
  if (look === null) return ''
  const colours = look === 'light' ? light : hasDark(sheet) ? dark : turned
  return `<style>${usual}${colours}</style>\n`
}

const hasDark = (sheet: string): boolean =>
  /prefers-color-scheme\s*:\s*dark/i.test(sheet) || /color-scheme\s*:[^;}]*\bdark\b/i.test(sheet)

/** What most mails take for given. */
const usual = 'body{margin:8px;font-family:system-ui,sans-serif;overflow-wrap:break-word}'
const light = 'html{color-scheme:light;background:#fff;color:#000}'
const dark = 'html{color-scheme:dark;background:#151f1e;color:#e3ebea}'
const turned = [
  'html{color-scheme:light;background:#eceeee;color:#000;filter:invert(1) hue-rotate(180deg)}',
  // What stands on a picture is turned back with it, and a picture there not a second time.
  'img,video,[background],[style*="url("]{filter:invert(1) hue-rotate(180deg)}',
  '[background] img,[style*="url("] img,[background] [background],[style*="url("] [style*="url("]{filter:none}',
].join('')
