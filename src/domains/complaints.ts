// What is wrong with a name that an account wants to add, word for word: the page says the same in other languages.
export const complaints = {
  address: 'must be the name of a domain, and no IP address',
  shape: 'must be the name of a domain, such as example.com or *.example.com',
  whole: 'must be a whole name, such as example.com',
  long: 'must be at most 240 characters long',
  shared: 'must be a domain of your own: many have theirs below this one',
  operators: 'must be a domain of your own',
} as const

export type Complaint = keyof typeof complaints

/** `_mayfly.` and any label must have room before it (RFC 1035 §2.3.4). */
export const longestName = 240
