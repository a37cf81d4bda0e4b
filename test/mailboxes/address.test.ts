import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseAddress, parseDomain, parseLocalPart } from '../../src/mailboxes/address.ts'

describe('an address', () => {
  test('is compared without case, and its tag belongs to the same mailbox', () => {
    expect(parseAddress('John.Doe+News@Mail.TEST')).toEqual({
      mailbox: 'john.doe@mail.test',
      full: 'john.doe+news@mail.test',
      localPart: 'john.doe',
      tag: 'news',
      domain: 'mail.test',
    })
  })

  test.each([
    ['a+@d.test', 'a@d.test', 'a+@d.test'],
    ['a+b+c@d.test', 'a@d.test', 'a+b+c@d.test'],
    ['"joe"@d.test', 'joe@d.test', 'joe@d.test'],
    ['joe@d.test.', 'joe@d.test', 'joe@d.test'],
    ['joe@Bücher.test', 'joe@xn--bcher-kva.test', 'joe@xn--bcher-kva.test'],
    ['ΑΛΦΑ@d.test', 'αλφα@d.test', 'αλφα@d.test'],
    ["!#$%&'*/=?^_`{|}~-@d.test", "!#$%&'*/=?^_`{|}~-@d.test", "!#$%&'*/=?^_`{|}~-@d.test"],
    [`${'x'.repeat(64)}@d.test`, `${'x'.repeat(64)}@d.test`, `${'x'.repeat(64)}@d.test`],
  ])('%s is the mailbox %s', (text, mailbox, full) => {
    const address = parseAddress(text)
    expect(address?.mailbox).toBe(mailbox)
    expect(address?.full).toBe(full)
  })

  test.each([
    '',
    '@',
    'a@',
    '@d.test',
    'a',
    'a b@d.test',
    '.a@d.test',
    'a.@d.test',
    'a..b@d.test',
    '+tag@d.test',
    'a@-d.test',
    'a@d..test',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a\u0000@d.test',
    'a\r\n@d.test',
    'a\u200b@d.test',
    'a@ü/b.test',
    '"a b"@d.test',
    `${'x'.repeat(65)}@d.test`,
    `${'ü'.repeat(33)}@d.test`,
    `a@${'x'.repeat(64)}.test`,
    `a@${'x.'.repeat(130)}test`,
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  const letters = [..."abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!#$%&'*/=?^_`{|}~-"]
  const atom = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 10 })
  const local = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join('.'))
  const label = fc.stringMatching(/^[a-zA-Z]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?$/)
  const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))

  test('every dot-atom at every domain is read, and its spelling is stable', () => {
    fc.assert(
      fc.property(local, fc.option(atom, { nil: null }), domain, (localPart, tag, name) => {
        const address = parseAddress(`${localPart}${tag === null ? '' : `+${tag}`}@${name}`)
        expect(address?.mailbox).toBe(`${localPart}@${name}`.toLowerCase())
        expect(parseAddress(address?.full ?? '')).toEqual(address)
        expect(parseAddress(address?.mailbox.toUpperCase() ?? '')?.mailbox).toBe(address?.mailbox)
      }),
    )
  })

  test('whatever is read is safe to show: no control, no space, one at sign, no tag in the mailbox', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `${text}@d.test`),
        ),
        (text) => {
          const address = parseAddress(text)
          if (!address) return
          expect(address.mailbox).not.toMatch(/[\p{C}\p{Z}+]/u)
          expect(parseLocalPart(address.localPart)).toBe(address.localPart)
          expect(parseDomain(address.domain)).toBe(address.domain)
        },
      ),
    )
  })
})
