// The page that shows an OpenAPI document, and what it is made of. All of it is in the executable; nothing is fetched
// from elsewhere.

import style from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }

// React sets styles on elements; the pictures of Swagger UI are data: URLs. Nothing is evaluated.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const start = `
const { url } = document.getElementById('docs').dataset
SwaggerUIBundle({ url, dom_id: '#docs', validatorUrl: null, deepLinking: true, persistAuthorization: false })
`

const headers = (type: string) => ({ 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' })

/** A file below `/docs/`; null if there is none. */
export function docsAsset(path: string): Response | null {
  if (path === '/docs/swagger-ui.js') return new Response(Bun.file(script), { headers: headers('text/javascript') })
  if (path === '/docs/swagger-ui.css') return new Response(Bun.file(style), { headers: headers('text/css') })
  if (path === '/docs/start.js') return new Response(start, { headers: headers('text/javascript') })
  return null
}

/** The page about `dialect`, with the way to the others. */
export function docsPage(dialect: string, dialects: readonly string[]): Response {
  const links = dialects.map((name) =>
    name === dialect ? `<strong>${name}</strong>` : `<a href="/docs/${name}">${name}</a>`,
  )
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mayfly API: ${dialect}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>nav{font:1rem system-ui,sans-serif;padding:1rem 1.25rem;display:flex;flex-wrap:wrap;gap:1rem}body{margin:0}</style>
<nav>API: ${links.join(' ')}</nav>
<div id="docs" data-url="/openapi/${dialect}.json"></div>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</html>
`
  return new Response(html, { headers: { ...headers('text/html'), 'Content-Security-Policy': policy } })
}
