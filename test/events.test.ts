import { expect, test } from 'bun:test'
import { type Event, Events } from '../src/events.ts'

const event = (seq: number, address: string): Event => ({
  seq,
  at: 0,
  type: 'message.stored',
  accountId: null,
  mailboxId: 'm',
  address,
  unclaimed: true,
  messageId: null,
  subjectId: null,
})

test('an event reaches who listens to its address and who listens to all, in order, until they stop', () => {
  const events = new Events(() => {})
  const heard: string[] = []
  const stop = events.onAddress('a', ({ seq }) => heard.push(`a${seq}`))
  events.onAddress('b', ({ seq }) => heard.push(`b${seq}`))
  events.onAny(({ seq }) => heard.push(`any${seq}`))
  events.tell([event(1, 'a'), event(2, 'b')])
  stop()
  stop()
  events.tell([event(3, 'a')])
  expect(heard).toEqual(['a1', 'any1', 'b2', 'any2', 'any3'])
  expect(events.hasListener('a')).toBe(false)
  expect(events.hasListener('b')).toBe(true)
})

test('a listener with a defect takes nothing from the others', () => {
  const failures: unknown[] = []
  const events = new Events((error) => failures.push(error))
  const heard: number[] = []
  events.onAddress('a', () => {
    throw new Error('a defect')
  })
  events.onAddress('a', ({ seq }) => heard.push(seq))
  events.tell([event(1, 'a')])
  expect(heard).toEqual([1])
  expect(failures).toHaveLength(1)
})
