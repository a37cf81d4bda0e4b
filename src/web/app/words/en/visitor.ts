// The page of a visitor: an address, and what comes to it.
export const visitor = {
  'visitor.title': 'Your temporary address',
} as const
