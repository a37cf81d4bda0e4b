// The guide to DustMail's API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const dustmail: WordsOf<'dustmail'> = {
  about:
    'Four calls: make an inbox, list inboxes, read one with its mail, delete it. All answers have `success`, and what you asked for in `data`.',
  credential:
    'Send the key as `Authorization: Bearer KEY` or as `X-API-Key: KEY`. Where both are there, the first counts. No call goes without one.',
  steps: [
    'Create an inbox; keep its id and its address.',
    'Have the thing that you test send its mail there.',
    'Show the inbox every second or two, until the mail is in `emails`.',
    'Delete the inbox, or let it end by itself.',
  ],
  limits:
    'Answers say in `meta.rate_limit` how many calls of the day are `used`, of which `limit`. The list shows the newest 50 inboxes, an inbox its newest 100 mails.',
  browser: 'Call with the key from the page as from anywhere; the answers may be read by it.',
  calls: {
    create: [
      'Create an inbox',
      'The body may be left out. `duration` is minutes; `username` and `domain` choose the address, on plans that allow it.',
    ],
    list: ['List your inboxes', 'Here with the key in its own header.'],
    show: ['Show an inbox with its mail', 'Newest first, with the text and html of each.'],
    remove: 'Delete an inbox',
  },
}
