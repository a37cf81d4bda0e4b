import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type BlockKind, BlockRules, fitsGlob, readPattern } from '../../src/mailboxes/block-rules.ts'
import { Refusal } from '../../src/refusal.ts'

/** Of one rule. */
const ruled = (kind: BlockKind, pattern: string): BlockRules =>
  new BlockRules([{ kind, pattern: readPattern(kind, pattern) }])

function complaintOf(kind: BlockKind, pattern: string): string {
  try {
    return `taken as ${readPattern(kind, pattern)}`
  } catch (error) {
    if (error instanceof Refusal) return error.details.fields?.[0]?.message ?? error.reason
    throw error
  }
}

describe('a rule for senders', () => {
  test.each([
    ['spam@bad.example', 'spam@bad.example', true],
    ['Spam@BAD.example', 'SPAM@bad.EXAMPLE', true],
    ['spam@bad.example', 'spam2@bad.example', false],
    ['spam@bad.example', 'spam@bad.example.org', false],
    ['bad.example', 'anyone@bad.example', true],
    ['bad.example', 'anyone@BAD.example.', true],
    ['bad.example', 'anyone@sub.bad.example', false],
    ['bad.example', 'bad.example@good.example', false],
    ['@bad.example', 'anyone@bad.example', true],
    ['*@bad.example', 'anyone@bad.example', true],
    ['@lab', 'anyone@lab', true],
    ['*.bad.example', 'a@sub.bad.example', true],
    ['*.bad.example', 'a@bad.example', false],
    ['**.bad.example.', 'a@x.y.bad.example', true],
    ['*bad*', 'a@very-bad.example', true],
    ['*bad*', 'bad@good.example', false],
    ['news*@bad.example', 'newsletter@bad.example', true],
    ['news*@bad.example', 'old-news@bad.example', false],
    ['noreply@*', 'noreply@anywhere.example', true],
    ['noreply@*.example', 'noreply@a.example', true],
    ['bücher.example', 'a@xn--bcher-kva.example', true],
    ['xn--bcher-kva.example', 'a@BÜCHER.example', true],
    ['*.bücher.example', 'a@shop.xn--bcher-kva.example', true],
    ['müller@bad.example', 'MÜLLER@bad.example', true],
    // Composed in the one, with a combining mark in the other.
    ['m\u00fcller@bad.example', 'mu\u0308ller@bad.example', true],
    ['"joe"@bad.example', 'joe@bad.example', true],
    ['joe@bad.example', '"joe"@bad.example', true],
    ['"joe b"@bad.example', '"Joe B"@bad.example', true],
    ['bad.example', '"a@good.example"@bad.example', true],
    ['*bad*', '"a@bad.example"@good.example', false],
    ['[192.0.2.*]', 'a@[192.0.2.7]', true],
    ['a@1.example', 'a@1.example', true],
    ['*.1.example', 'a@b.1.example', true],
    ['<>', '', true],
    ['<>', 'a@b.example', false],
    ['*.example', '', false],
    ['*@*.example', '', false],
  ])('%j and %j: %p', (pattern, sender, fits) => {
    expect(ruled('sender', pattern).fitSender(sender)).toBe(fits)
  })

  test('says nothing of recipients, subjects and networks', () => {
    const rules = ruled('sender', 'bad.example')
    expect([
      rules.fitRecipient('a@bad.example'),
      rules.fitSubject('bad.example'),
      rules.fitClient('192.0.2.1'),
    ]).toEqual([false, false, false])
  })
})

test.each([
  ['box@mayfly.test', 'box@mayfly.test', true],
  ['box@mayfly.test', 'BOX+tag@Mayfly.test', true],
  ['box+tag@mayfly.test', 'box+tag@mayfly.test', true],
  ['box+tag@mayfly.test', 'box+other@mayfly.test', false],
  ['box+tag@mayfly.test', 'box@mayfly.test', false],
  ['*+tag@mayfly.test', 'any+tag@mayfly.test', true],
  ['mayfly.test', 'any+tag@mayfly.test', true],
  ['box@mayfly.test', '"box"@mayfly.test', true],
  ['box@mayfly.test', 'box2@mayfly.test', false],
])('a rule for the recipient %j and %j: %p', (pattern, recipient, fits) => {
  expect(ruled('recipient', pattern).fitRecipient(recipient)).toBe(fits)
})

test.each([
  ['Viagra', 'Cheap VIAGRA here', true],
  ['cheap  pills', 'Cheap pills', true],
  ['cheap pills', 'Cheap\t pills', true],
  ['win*now', 'Win it now', true],
  ['win*now', 'You win now', false],
  ['*win*', 'You win now', true],
  ['ärger', 'ÄRGER', true],
  ['\u00e4rger', 'a\u0308rger', true],
  ['pills', 'a good day', false],
])('a rule for the subject %j and %j: %p', (pattern, subject, fits) => {
  expect(ruled('subject', pattern).fitSubject(subject)).toBe(fits)
})

test.each([
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['192.0.2.77/24', '192.0.2.1', true],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.0/120', '192.0.2.200', true],
  ['::ffff:192.0.2.0/120', '::ffff:192.0.2.200', true],
  ['2001:DB8::/32', '2001:db8:1::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:0db8:0::1', '2001:db8::1', true],
  ['2001:db8::/32', '192.0.2.1', false],
])('a rule for the network %j and %j: %p', (pattern, client, fits) => {
  expect(ruled('network', pattern).fitClient(client)).toBe(fits)
})

describe('a pattern', () => {
  test.each<[BlockKind, string, string]>([
    ['sender', '*', 'this would refuse all mail'],
    ['sender', '**', 'this would refuse all mail'],
    ['sender', '*@*', 'this would refuse all mail'],
    ['sender', '@*', 'this would refuse all mail'],
    ['recipient', '*.*', 'this would refuse all mail'],
    ['recipient', '*@*.*', 'this would refuse all mail'],
    ['subject', '*', 'this would refuse all mail'],
    ['subject', ' * * ', 'this would refuse all mail'],
    ['network', '0.0.0.0/0', 'this would refuse all mail'],
    ['network', '::/0', 'this would refuse all mail'],
    ['network', '::ffff:0:0/96', 'this would refuse all mail'],
    ['sender', '', 'must not be empty'],
    ['subject', ' \t', 'must not be empty'],
    ['sender', '@', 'must be an address or end in a domain'],
    ['sender', 'someone@', 'must be an address or end in a domain'],
    ['sender', 'a..example', 'must be an address or end in a domain'],
    ['sender', '.example', 'must be an address or end in a domain'],
    ['sender', '*..example', 'must be an address or end in a domain'],
    ['sender', 'bad example', 'must be an address or end in a domain'],
    ['sender', 'a@bad example', 'must be an address or end in a domain'],
    ['sender', 'bü*.example', 'must be an address or end in a domain'],
    ['sender', '-.example', 'must be an address or end in a domain'],
    ['sender', '192.0.2.1', 'must be an address or end in a domain'],
    ['sender', 'noreply', '"noreply@*" for that name anywhere'],
    ['sender', 'a b@bad.example', 'must have a local part'],
    ['sender', 'a@b@bad.example', 'must have a local part'],
    ['sender', '"a@bad.example', 'must have a local part'],
    ['sender', 'Ann <a@bad.example>', 'must be an address or end in a domain'],
    ['recipient', '<>', 'a recipient has an address'],
    ['sender', `${'a'.repeat(400)}@bad.example`, 'must be at most 320 characters'],
    ['subject', 'two\nlines', 'must be one line'],
    ['network', 'bad.example', 'must be a network'],
    ['network', '192.0.2.0/33', 'must be a network'],
    ['network', '192.0.2/24', 'must be a network'],
    ['network', '192.0.2.0/', 'must be a network'],
    ['network', '192.0.2.0/24/8', 'must be a network'],
    ['network', '::ffff:192.0.2.0/95', 'must be a network'],
    ['network', '192.0.2.*', 'must be a network'],
  ])('%s %j is refused: %s', (kind, pattern, complaint) => {
    expect(complaintOf(kind, pattern)).toContain(complaint)
  })

  test.each<[BlockKind, string, string]>([
    ['sender', '  News***@BÜCHER.example. ', 'news*@xn--bcher-kva.example'],
    ['network', '192.0.2.77/24', '192.0.2.0/24'],
    ['network', '2001:0DB8:0:0::77/32', '2001:db8::/32'],
    ['network', '::ffff:192.0.2.1', '192.0.2.1'],
    ['subject', ' Cheap   Pills ', 'cheap pills'],
  ])('%s %j is kept in its one spelling: %j', (kind, pattern, kept) => {
    expect(readPattern(kind, pattern)).toBe(kept)
    expect(readPattern(kind, kept)).toBe(kept)
  })

  test('with stars fits just what a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
    fc.assert(
      fc.property(pattern, text, (glob, subject) => {
        const same = new RegExp(`^${glob.replaceAll('*', '.*')}$`)
        expect(fitsGlob(glob, subject)).toBe(same.test(subject))
      }),
      { numRuns: 2000 },
    )
  })
})
