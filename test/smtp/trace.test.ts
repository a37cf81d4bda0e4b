import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { hasControls, readRecipient, readSender } from '../../src/smtp/path.ts'
import { protocolName, trace } from '../../src/smtp/trace.ts'

const facts = {
  from: 'a@b.test',
  helo: 'client.example',
  client: '2001:db8::1',
  by: 'mx.example.test',
  protocol: { extended: true, tls: true, auth: false, utf8: false },
  to: null,
  at: Date.UTC(2026, 0, 1),
}

test('an IPv6 client is named as an address literal', () => {
  expect(trace(facts)('ID')).toBe(
    'Return-Path: <a@b.test>\r\n' +
      'Received: from client.example ([IPv6:2001:db8::1])\r\n' +
      '\tby mx.example.test with ESMTPS\r\n' +
      '\tid ID;\r\n' +
      '\tThu, 01 Jan 2026 00:00:00 +0000\r\n',
  )
})

test('each way of sending has its name', () => {
  const names = [false, true].flatMap((utf8) =>
    [false, true].flatMap((tls) => [false, true].map((auth) => protocolName({ extended: true, tls, auth, utf8 }))),
  )
  expect(names).toEqual(['ESMTP', 'ESMTPA', 'ESMTPS', 'ESMTPSA', 'UTF8SMTP', 'UTF8SMTPA', 'UTF8SMTPS', 'UTF8SMTPSA'])
  expect(protocolName({ extended: false, tls: true, auth: false, utf8: false })).toBe('SMTP')
})

test('whatever the client says, the trace has two fields and no control byte', () => {
  const any = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(any, any, any, (helo, from, to) => {
      const text = trace({ ...facts, helo, from, to })('ID')
      expect(text.match(/^[A-Za-z]/gm)?.length).toBe(2)
      expect(text.replaceAll('\r\n', '').replaceAll('\t', '')).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('an address that is read holds nothing that could deceive', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const sender = readSender(`MAIL FROM:<${text}@b.test>`)
      if ('from' in sender) expect(hasControls(sender.from) || /[<>]/.test(sender.from)).toBe(false)
      const recipient = readRecipient(`RCPT TO:<${text}>`)
      if ('to' in recipient) expect(hasControls(recipient.to)).toBe(false)
    }),
  )
})
