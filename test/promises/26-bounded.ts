// Regular expressions that would be slow on 1 MB, and why they never see so much: at most so many characters.

/** By the source of the regular expression, or as much of its begin as tells it from others. */
export const bounded: { source: string; characters: number; why: string }[] = [
  { source: '\\/+$', characters: 2_000, why: 'a URL in the operator’s config' },
  { source: '\\B(?=(\\d{3})+$)', characters: 20, why: 'a number of our own, written into the config example' },
  { source: ':? *".*', characters: 2_000, why: 'the message of Bun about the operator’s own config' },
  {
    source: '(?:[•●∗]|[x*]{2,}[ -]?|ending in',
    characters: 60,
    why: 'what stands before a number (code-candidates.ts)',
  },
  { source: '(?:numéro|número|numero|numer', characters: 60, why: 'what stands before a number (code-candidates.ts)' },
  {
    source: '(?:(?<![\\p{L}\\p{N}])(?:order|orders',
    characters: 60,
    why: 'what stands before a number (code-candidates.ts)',
  },
  { source: '(?:©|\\(c\\)|(?:jan|', characters: 60, why: 'what stands before a number (code-candidates.ts)' },
  { source: '(?:[$€£¥₹', characters: 60, why: 'what stands before a number (code-candidates.ts)' },
  { source: '^\\s?(?:[$€£¥₹', characters: 24, why: 'what stands behind a number (code-candidates.ts)' },
  {
    source: '^[\\p{L}\\p{M}\\p{N}!#',
    characters: 2_000,
    why: 'a local part in the operator’s config (config/names.ts)',
  },
  {
    source: '^[a-z0-9!#$%',
    characters: 200,
    why: 'a local part of at most 64 characters, normalised (mailboxes/address.ts)',
  },
  { source: '[:=]\\s*[*_"', characters: 140, why: 'what stands between a word and a number (codes.ts)' },
  { source: '(\\d{1,2})[ -]{1,9}([a-z]{3})', characters: 200, why: 'a date (mail-date.ts)' },
  { source: "^(?:([\\w!#$%&'*+/=?^`{|}~.-]+(?: ", characters: 500, why: 'a contact (contacts.ts)' },
]
