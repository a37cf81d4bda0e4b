import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type CursorKind, cursorText, readCursor } from '../../src/messages/cursor.ts'
import { Tickets } from '../../src/messages/tickets.ts'
import { realOutside } from '../../src/outside.ts'
import { Refusal } from '../../src/refusal.ts'

const kinds: CursorKind[] = ['list', 'wait', 'refusals']
const kind = fc.constantFrom(...kinds)

function read(of: CursorKind, text: string): number | null {
  try {
    return readCursor(of, text)
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'invalid-cursor') return null
    throw error
  }
}

describe('a cursor', () => {
  test('comes back as what it was, and to no other kind of list', () => {
    fc.assert(
      fc.property(kind, kind, fc.maxSafeNat(), (of, other, at) => {
        expect(read(other, cursorText(of, at))).toBe(of === other ? at : null)
      }),
    )
  })

  test('that was made up is refused, or is one that could have been given', () => {
    fc.assert(
      fc.property(kind, fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.webUrl()), (of, text) => {
        const at = read(of, text)
        if (at !== null) expect(cursorText(of, at)).toBe(text)
      }),
    )
  })
})

describe('a view ticket', () => {
  const id = fc.uuid({ version: 7 })
  const clock = { now: Date.UTC(2026, 0, 1) }
  const outside = { ...realOutside, now: () => clock.now }

  test('opens the message that it was made for, for five minutes', () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 10 * 60_000 }), (messageId, later) => {
        const tickets = new Tickets(outside)
        const began = clock.now
        const { ticket, expiresAt } = tickets.issue(messageId)
        expect(expiresAt).toBe(began + 5 * 60_000)
        clock.now += later
        expect(tickets.messageOf(ticket)).toBe(later < 5 * 60_000 ? messageId : null)
        clock.now = began
      }),
    )
  })

  test('that was changed in one character, or made by another server, opens nothing', () => {
    fc.assert(
      fc.property(id, fc.nat(), fc.constantFrom(...'0a_Z.'), (messageId, at, character) => {
        const tickets = new Tickets(outside)
        const { ticket } = tickets.issue(messageId)
        const index = at % ticket.length
        const changed = ticket.slice(0, index) + character + ticket.slice(index + 1)
        if (changed !== ticket) expect(tickets.messageOf(changed)).toBeNull()
        expect(new Tickets(outside).messageOf(ticket)).toBeNull()
      }),
    )
  })

  test('of any other text opens nothing', () => {
    const tickets = new Tickets(outside)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(tickets.messageOf(text)).toBeNull()))
  })
})
