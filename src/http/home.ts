// What stands at `/` for somebody who comes with a browser.

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mayfly</title>
<link rel="icon" href="data:,">
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Mayfly</h1>
<p>This is a disposable-mail server. Mail comes in by SMTP, and programs read it through its API.</p>
<p><a href="/app/sign-in">Sign in</a>, for who has an account here.</p>
<p><a href="/docs">How to call the API</a>, and <a href="/openapi.json">its OpenAPI document</a>.</p>
</html>
`

export const homePage = (): Response =>
  new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'",
    },
  })
