// Answers the page: the HTML that begins every view, and the files it loads. All else the page asks of the native API.
import { pageFiles } from './files.ts'

// Styles are set by script through the CSSOM, which no policy forbids. Pictures of the mail itself stand in frames that
// have a policy of their own; `data:` are those of the style sheet, `blob:` what is drawn from a download.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }
const aYear = 31_536_000

/** A view's HTML. `facts` stand in it, so that the first paint waits for nothing more. Never kept by a browser. */
export async function pageAnswer(facts: object): Promise<Response> {
  const { shell } = await pageFiles()
  // In a script element `<` could end it; in JSON it may be written so.
  const json = JSON.stringify(facts).replaceAll('<', '\\u003c')
  const html = shell.replace('</head>', () => `<script type="application/json" id="facts">${json}</script></head>`)
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy,
      'Cross-Origin-Opener-Policy': 'same-origin',
    },
  })
}

/** A file below `/assets/`; null if there is none. */
export async function assetAnswer(name: string, accepts: string | null): Promise<Response | null> {
  const file = (await pageFiles()).assets.get(name)
  const type = types[name.slice(name.lastIndexOf('.') + 1)]
  if (!file || type === undefined) return null
  const headers = {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': `public, max-age=${aYear}, immutable`,
    Vary: 'Accept-Encoding',
  }
  if (/\bgzip\b/.test(accepts ?? '')) return new Response(file, { headers: { ...headers, 'Content-Encoding': 'gzip' } })
  return new Response(Bun.gunzipSync(await file.bytes()), { headers })
}
