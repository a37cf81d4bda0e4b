// What the page says of a domain's name while it is typed is what the server says of it.
import { expect, test } from 'bun:test'
import { complaints } from '../../../src/domains/complaints.ts'
import { claimable } from '../../../src/domains/name.ts'
import { parseDomain } from '../../../src/mailboxes/address.ts'
import { Refusal } from '../../../src/refusal.ts'
import { readName } from '../../../src/web/app/member/domain-name.ts'

const long = `${'a'.repeat(60)}.`.repeat(4)

async function atServer(name: string): Promise<string> {
  try {
    return await claimable(name, parseDomain)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.details.fields?.[0]?.message ?? ''
  }
}

function onPage(name: string): string {
  const { ascii, complaint } = readName(name, ['mail.test'])
  return complaint === null ? ascii : complaints[complaint]
}

test.each([
  'example.com',
  ' Example.COM. ',
  '*.example.com',
  'Bücher.example',
  'xn--bcher-kva.example',
  '*.почта.example',
  '例え。テスト.example',
  'lab.internal',
  'a-b.c--d.test',
  `${'a'.repeat(63)}.example`,
  '192.0.2.1',
  '[192.0.2.1]',
  '2001:db8::1',
  '[2001:db8::1]',
  '::1',
  'localhost',
  '*.localhost',
  '*',
  '*.',
  '*.*.example.com',
  'a.*.example.com',
  '.example.com',
  'example..com',
  '-a.example',
  'a-.example',
  'exa mple.com',
  'exa_mple!.com',
  'ann@example.com',
  'https://example.com',
  'example.com/path',
  'example.com:25',
  'a%2eb.example',
  'xn--a.example',
  `${'a'.repeat(64)}.example`,
  `${long}example`,
  '💩.example',
  'a\u0000b.example',
  'a\u200bb.example',
])('%j is judged alike', async (name) => {
  expect(onPage(name)).toBe(await atServer(name))
})

test("the server's own names, and those below them, are nobody's; others are not", () => {
  expect(['mail.test', 'a.Mail.test', '*.mail.test'].map(onPage)).toEqual([1, 2, 3].map(() => complaints.operators))
  expect(['notmail.test', 'mail.test.example'].map(onPage)).toEqual(['notmail.test', 'mail.test.example'])
})
