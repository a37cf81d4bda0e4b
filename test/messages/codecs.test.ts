import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type CursorKind, Cursors } from '../../src/cursor.ts'
import { Tickets } from '../../src/messages/tickets.ts'
import { realOutside } from '../../src/outside.ts'
import { Refusal } from '../../src/refusal.ts'

const kinds: CursorKind[] = ['list', 'wait', 'refusals']
const kind = fc.constantFrom(...kinds)

const cursors = new Cursors(new Uint8Array(32))

function read(of: CursorKind, text: string, scope = 'a', by = cursors): number | null {
  try {
    return by.read(of, scope, text)
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'invalid-cursor') return null
    throw error
  }
}

describe('a cursor', () => {
  test('comes back as what it was, and to no other kind of list, no other list, no other server', () => {
    fc.assert(
      fc.property(kind, kind, fc.string(), fc.string(), fc.maxSafeNat(), (of, other, scope, elsewhere, at) => {
        const text = cursors.text(of, scope, at)
        expect(read(other, text, scope)).toBe(of === other ? at : null)
        expect(read(of, text, elsewhere)).toBe(scope === elsewhere ? at : null)
        expect(read(of, text, scope, new Cursors(new Uint8Array(32).fill(1)))).toBeNull()
      }),
    )
  })

  test('that was made up, or changed in one character, is refused', () => {
    fc.assert(
      fc.property(kind, fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.webUrl()), (of, text) => {
        expect(read(of, text)).toBeNull()
      }),
    )
    fc.assert(
      fc.property(kind, fc.nat(), fc.nat(), fc.constantFrom(...'0aZ_.-'), (of, at, place, character) => {
        const text = cursors.text(of, 'a', at)
        const index = place % text.length
        const changed = text.slice(0, index) + character + text.slice(index + 1)
        if (changed !== text) expect(read(of, changed)).toBeNull()
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
      fc.property(id, fc.boolean(), fc.integer({ min: 0, max: 10 * 60_000 }), (messageId, publicly, later) => {
        const tickets = new Tickets(outside)
        const began = clock.now
        const { ticket, expiresAt } = tickets.issue({ messageId, publicly })
        expect(expiresAt).toBe(began + 5 * 60_000)
        clock.now += later
        expect(tickets.opens(ticket)).toEqual(later < 5 * 60_000 ? { messageId, publicly } : null)
        clock.now = began
      }),
    )
  })

  test('that was changed in one character, or made by another server, opens nothing', () => {
    fc.assert(
      fc.property(id, fc.nat(), fc.constantFrom(...'0a_Z.'), (messageId, at, character) => {
        const publicly = true
        const tickets = new Tickets(outside)
        const { ticket } = tickets.issue({ messageId, publicly })
        const index = at % ticket.length
        const changed = ticket.slice(0, index) + character + ticket.slice(index + 1)
        if (changed !== ticket) expect(tickets.opens(changed)).toBeNull()
        expect(new Tickets(outside).opens(ticket)).toBeNull()
      }),
    )
  })

  test('of any other text opens nothing', () => {
    const tickets = new Tickets(outside)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(tickets.opens(text)).toBeNull()))
  })
})
