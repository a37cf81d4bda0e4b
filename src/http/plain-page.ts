// A small page by itself, that needs nothing but this server.

const style = `
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}
label{display:block;margin:1rem 0 .25rem}
input,button{font:inherit;padding:.5rem;box-sizing:border-box}
input{width:100%}
button{margin:1rem .5rem 0 0}
.error{color:light-dark(#a11,#f88)}
code{display:block;overflow-wrap:anywhere;user-select:all;background:#8882;padding:.5rem;margin:.25rem 0 1rem}
`

const hashOf = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('base64')

/** A page that needs nothing but this server, and runs nothing but this script. */
export function plainPage({ title, body, script }: { title: string; body: string; script: string }): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} – Mayfly</title>
<link rel="icon" href="data:,">
<style>${style}</style>
${body}
<script>${script}</script>
</html>
`
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(script)}'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    },
  })
}
