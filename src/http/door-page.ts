// The small pages behind one-time links, and the one to sign in: a form, and then a key for programs. They need nothing
// but this server, and work without anything kept in the browser but the cookie.

type Kind = 'invitation' | 'password' | 'sign-in'

/** What each page says, and where its form goes. */
const pages: Record<
  Kind,
  { title: string; says: string; path: string; asksEmail: boolean; newPassword: boolean; button: string }
> = {
  invitation: {
    title: 'Take your invitation',
    says: 'Choose the e-mail address and the password that you will sign in with. The link works once.',
    path: '/mayfly/v1/invitations/accept',
    asksEmail: true,
    newPassword: true,
    button: 'Make my account',
  },
  password: {
    title: 'Set a new password',
    says: 'You are signed out everywhere else. The link works once.',
    path: '/mayfly/v1/session/reset',
    asksEmail: false,
    newPassword: true,
    button: 'Set the password',
  },
  'sign-in': {
    title: 'Sign in',
    says: 'With the e-mail address and the password of your account on this server.',
    path: '/mayfly/v1/session',
    asksEmail: true,
    newPassword: false,
    button: 'Sign in',
  },
}

// The secret stands behind the "#", which no server is sent; it is taken out of the history as soon as it is read.
const script = `
const form = document.querySelector('form'), said = document.querySelector('#said'), done = document.querySelector('#done')
const token = location.hash.slice(1)
if (token) history.replaceState(null, '', location.pathname)
const needsToken = form.dataset.token === 'yes'
const tell = (text, isError) => { said.textContent = text; said.className = isError ? 'error' : '' }
if (needsToken && !token) tell('This link is not whole: open it as it was given to you, with all that follows the "#".', true)
const call = async (method, path, body) => {
  const response = await fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
  const text = await response.text()
  const answer = text ? JSON.parse(text) : {}
  if (response.ok) return answer
  const { message, fields } = answer.error || { message: 'The server answered ' + response.status }
  const wait = response.headers.get('Retry-After')
  throw new Error([message, ...(fields || []).map((field) => field.path.replace('body.', '') + ' ' + field.message), wait ? 'Try again in ' + wait + ' s.' : ''].filter(Boolean).join(' '))
}
const busy = async (button, work) => {
  button.disabled = true
  tell('', false)
  try { await work() } catch (error) { tell(error.message, true) } finally { button.disabled = false }
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  busy(form.querySelector('button'), async () => {
    const fields = Object.fromEntries(new FormData(form))
    const { member, account } = await call('POST', form.dataset.path, needsToken ? { token, ...fields } : fields)
    form.hidden = true
    done.hidden = false
    document.querySelector('h1').textContent = 'Welcome'
    document.querySelector('#who').textContent = 'You are signed in as ' + member.email + (member.admin ? ', an admin of this server' : '') + ', on the plan "' + account.plan + '".'
    document.querySelector('#make').focus()
  })
})
document.querySelector('#make').addEventListener('click', (event) => busy(event.target, async () => {
  const { key } = await call('POST', '/mayfly/v1/keys', { name: 'from the page' })
  const shown = document.querySelector('#key')
  shown.textContent = key
  shown.parentElement.hidden = false
  document.querySelector('#try').textContent = "curl -H 'Authorization: Bearer " + key + "' " + location.origin + '/mayfly/v1/account'
}))
document.querySelector('#leave').addEventListener('click', (event) => busy(event.target, async () => {
  await call('DELETE', '/mayfly/v1/session')
  location.assign('/')
}))
`

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

export function doorPage(kind: Kind): Response {
  const { title, says, path, asksEmail, newPassword, button } = pages[kind]
  const email = asksEmail
    ? '<label for="email">E-mail address</label><input id="email" name="email" type="email" required maxlength="254" autocomplete="username" autofocus>'
    : ''
  const bounds = newPassword ? ' minlength="8"' : ''
  const hint = newPassword ? 'new-password' : 'current-password'
  const body = `<h1>${title}</h1>
<p id="said" role="alert"></p>
<form data-path="${path}" data-token="${kind === 'sign-in' ? 'no' : 'yes'}">
<p>${says}</p>
${email}
<label for="password">${newPassword ? 'New password (8 characters or more)' : 'Password'}</label>
<input id="password" name="password" type="password" required maxlength="256"${bounds} autocomplete="${hint}">
<button>${button}</button>
</form>
<section id="done" hidden>
<p id="who"></p>
<p>Programs need a key of your account. It is shown this once.</p>
<div hidden><code id="key"></code>Try it:<code id="try"></code></div>
<button id="make" type="button">Make a key</button>
<button id="leave" type="button">Sign out</button>
<p><a href="/docs">How to call the API</a></p>
</section>`
  return plainPage({ title, body, script })
}

/** Where the pages are. */
export const doorPaths: ReadonlyMap<string, Kind> = new Map([
  ['/app/invitation', 'invitation'],
  ['/app/password', 'password'],
  ['/app/sign-in', 'sign-in'],
])
