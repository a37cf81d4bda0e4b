// The guide to MailFade's API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const mailfade: WordsOf<'mailfade'> = {
  about:
    'Read the mail of any address without opening it first, even without a key. With one you also get html, headers, the bytes and attachments, and the mail of mailboxes that your account opened.',
  credential:
    'Send the key as `Authorization: Bearer KEY`. A key that is sent must be good: a wrong one is refused, not ignored.',
  steps: [
    'Choose any address at a public domain of this server.',
    'Have the thing that you test send its mail there.',
    'List the inbox every second or two; `since` asks only for what is newer.',
    'Read the message by its id, and its attachments by theirs.',
  ],
  limits:
    'Without a key one address on the internet has its own number of calls a day; `X-RateLimit-Limit` and `X-RateLimit-Remaining` say how many, with 429 `X-RateLimit-Reset` until when. With a key the plan counts. Times are milliseconds since 1970.',
  browser: 'With a key pages may call from anywhere. Without one only those that the operator lists for this API.',
  calls: {
    peek: ['List an inbox without a key', 'Anybody may: choose an address that is hard to guess.'],
    peekMessage: ['Read a message without a key', 'Its text, and which attachments it has.'],
    inbox: ['List an inbox with a key', '`limit` is 50 at most.'],
    message: ['Read a message with a key', 'With html and headers; `html=0` leaves the html out.'],
    raw: 'Read a message as it came',
    attachment: 'Download an attachment',
    orderKey: [
      'Order a plan',
      'Open `checkout_url` in a browser and pay there: the page then shows the key, once. `rail` is `stripe`, `lightning` or `manual`. Sent with a key, the plan goes to the account of that key.',
    ],
    ordered: ['See what became of an order', '`status` is `pending`, `paid` or `expired`.'],
  },
}
