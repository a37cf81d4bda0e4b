// The guide to Run2Mail's API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const run2mail: WordsOf<'run2mail'> = {
  about:
    'Three calls: who am I, make an inbox, read its mail. All answers have `success`, and what you asked for in `data`.',
  credential: 'Send the key as `Authorization: Bearer KEY`. There is no other way, and no call goes without one.',
  steps: [
    'Create an inbox and keep its address.',
    'Have the thing that you test send its mail there.',
    'List the messages every second or two, until it is among them.',
    'There is nothing to clean up: inboxes end by themselves.',
  ],
  limits:
    'Answers have `X-RateLimit-Limit` and `X-RateLimit-Remaining`. Inboxes opened in a day are counted apart from calls. The list has the newest 100 messages.',
  browser: 'Call with the key from the page as from anywhere; the answers may be read by it.',
  calls: {
    me: ['Your account', 'Its plan, its limits and what is used today.'],
    create: [
      'Create an inbox',
      '`random` makes up an address; `custom` takes `username` and, if you like, `domain`, on plans that allow it.',
    ],
    messages: ['List the messages', 'Newest first, with the text and html of each. Reading marks nothing as read.'],
  },
}
