// The page of an order: it waits until that is paid, and shows the key that was bought, once, when somebody presses for it.
import { plainPage } from './plain-page.ts'

// The secret stands behind the "#", which no server is sent. It stays there, so that the page can be loaded again, until the
// key was shown. The one call that hands it out has a name of its own: if its answer is lost on the way, pressing again gets
// the same one.
const script = `
const secret = location.hash.slice(1), place = '/mayfly/v1/checkout/' + location.pathname.split('/').filter(Boolean).pop()
const press = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
const parts = Object.fromEntries(['title', 'said', 'trouble', 'pay', 'take', 'done', 'key', 'try'].map((id) => [id, document.getElementById(id)]))
const say = (title, said) => { parts.title.textContent = title; document.title = title + ' – Mayfly'; parts.said.textContent = said }
const trouble = (text) => { parts.trouble.textContent = text }
const day = (at) => new Date(at).toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' })
const call = async (path, headers) => {
  const response = await fetch(path, { method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ secret }) })
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return answer
  const { reason, message } = answer.error || {}
  throw Object.assign(new Error(message || 'The server answered ' + response.status + '.'), { reason, wait: Number(response.headers.get('Retry-After')) })
}
const shown = (title, said) => { parts.pay.hidden = parts.take.hidden = true; trouble(''); say(title, said) }
const show = ({ plan, rail, state, checkoutUrl, paidUntil, key }) => {
  trouble('')
  const until = paidUntil ? ' until ' + day(paidUntil) : ''
  const canPay = state === 'pending' && /^https?:/.test(checkoutUrl || '')
  parts.pay.hidden = !canPay
  if (canPay) parts.pay.querySelector('a').href = checkoutUrl
  parts.take.hidden = !(state === 'paid' && key === 'ready')
  if (state === 'pending') say('Waiting for the payment', rail === 'manual' ? 'The operator of this server will say when the plan "' + plan + '" is paid. Keep the address of this page: your key will be here.' : 'As soon as the plan "' + plan + '" is paid, it goes on here. That can take a few minutes.')
  else if (state === 'expired') say('This order is over', 'Nobody paid for the plan "' + plan + '" in time. Order it again. If you did pay, keep this page: it goes on as soon as your payment is told of.')
  else if (key === 'ready') say('It is paid', 'You have the plan "' + plan + '"' + until + '. Your key is shown once: have a place ready where you keep it.')
  else if (key === 'shown') say('The key was shown already', 'It is shown once, and kept nowhere. The plan "' + plan + '" is paid' + until + '.')
  else say('It is paid', 'Your account has the plan "' + plan + '"' + until + '. Go on with the key that you have.')
  return state
}
let timer = 0
const look = async () => {
  clearTimeout(timer)
  try {
    const state = show(await call(place))
    if (state !== 'paid') timer = setTimeout(look, state === 'pending' ? 3000 : 30000)
  } catch (error) {
    if (error.reason === 'invoice-unknown') return shown('There is no such order', 'Or its link is not whole: open it as it was given to you, with all that follows the "#".')
    trouble('This cannot be looked up at the moment; it is tried again by itself. ' + error.message)
    timer = setTimeout(look, Math.max(error.wait || 0, 5) * 1000)
  }
}
parts.take.querySelector('button').addEventListener('click', async ({ currentTarget }) => {
  currentTarget.disabled = true
  trouble('')
  try {
    const { key } = await call(place + '/key', { 'Idempotency-Key': press })
    shown('Here is your key', 'It is shown this once, and kept nowhere: put it where it is safe before you leave this page.')
    parts.key.textContent = key
    parts.try.textContent = "curl -H 'Authorization: Bearer " + key + "' " + location.origin + '/mayfly/v1/account'
    parts.done.hidden = false
    history.replaceState(null, '', location.pathname)
    getSelection().selectAllChildren(parts.key)
  } catch (error) {
    if (error.reason === 'key-shown') look()
    else trouble(error.message)
  }
  currentTarget.disabled = false
})
addEventListener('hashchange', () => location.reload())
if (secret) look()
else say('This link is not whole', 'Open it as it was given to you, with all that follows the "#".')
`

const body = `<h1 id="title">Your order</h1>
<p id="said" role="status">One moment.</p>
<p id="trouble" class="error" role="alert"></p>
<p id="pay" hidden><a rel="noreferrer">Go to the payment</a></p>
<p id="take" hidden><button type="button">Show the key</button></p>
<section id="done" hidden>
<code id="key"></code>
Try it:<code id="try"></code>
<p><a href="/docs">How to call the API</a></p>
</section>
<noscript><p>This page needs JavaScript.</p></noscript>`

/** Whether a path is of such a page: its id is looked at by the call that the page makes. */
export const isCheckout = (path: string): boolean => /^\/app\/checkout\/[0-9A-Za-z-]{1,40}$/.test(path)

export const checkoutPage = (): Response => plainPage({ title: 'Your order', body, script })
