// Ends of a mail that are none: only CR LF . CR LF ends one. Each has ended mails somewhere, and let a second one through.

export const fakeEnds = [
  '\n.\n',
  '\n.\r\n',
  '\n.\r',
  '\r.\r',
  '\r.\r\n',
  '\r.\n',
  '\r\n.\n',
  '\r\n.\r',
  '\r\n.\r\r\n',
  '\r\r\n.\n\r\n',
  '\n\r\n.\n',
  '\n\n.\n\n',
  '\n\r.\r\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
  '\r\n.\r\0\n',
  '\r\0\n.\r\n',
  '\0\n.\r\n',
  '\r\n .\r\n',
  '\r\n. \r\n',
  '\r\n.\t\r\n',
  '\r\n.\x0b\r\n',
  '\r\n.\x0c\r\n',
  '\x0c.\r\n',
  '\x85.\x85',
  '\r\n\xff.\r\n',
  '\r\n..\r\n',
  '\r\n...\r\n',
  '\r\n..\n',
  '\r\n.\n.\r\n',
  '\r\n.\r.\r\n',
  '\r\n\xe3\x80\x82\r\n',
  '\xe2\x80\xa8.\xe2\x80\xa8',
] as const

const smuggled = 'MAIL FROM:<smuggler@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nno\r\n'

/** What goes out after DATA up to the true end, and where in it the fake one stands. Latin-1. */
export function mailWith(fake: string): { sent: string; from: number; to: number } {
  const before = 'Subject: one\r\n\r\nline'
  return { sent: `${before}${fake}${smuggled}.\r\n`, from: before.length, to: before.length + fake.length }
}

/** What such a mail is, read slowly: lines end in CR LF, and lose a dot at their begin (RFC 5321 §4.5.2). */
export function undotted(sent: string): string {
  const lines = sent.split('\r\n')
  const end = lines.indexOf('.')
  return lines
    .slice(0, end)
    .map((line) => `${line.replace(/^\./, '')}\r\n`)
    .join('')
}
