// ULIDs as another spelling of our ids.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ulidOf, uuidOf } from '../src/ulid.ts'

test.each([
  ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
  // Of the ULID specification's example, as other libraries convert it.
  ['01563e3a-b5d3-d676-4c61-efb99302bd5b', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
])('%s is %s', (uuid, ulid) => {
  expect(ulidOf(uuid)).toBe(ulid)
  expect(uuidOf(ulid)).toBe(uuid)
})

test('every id has one, which stands for no other, and which sorts as the id does', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (one, other) => {
      expect(ulidOf(one)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
      expect(uuidOf(ulidOf(one))).toBe(one)
      expect(ulidOf(one) < ulidOf(other)).toBe(one < other)
    }),
  )
})

test('it is read in any case, with I and L for 1 and O for 0', () => {
  const uuid = '01563e3a-b5d3-d676-4c61-efb99302bd5b'
  expect(uuidOf('01arz3ndektsv4rrffq69g5fav')).toBe(uuid)
  expect(uuidOf('OiARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(uuid)
  expect(uuidOf('olARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(uuid)
})

test.each([
  ['', 'nothing'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FA', 'too short'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAVV', 'too long'],
  ['80000000000000000000000000', 'more than 128 bits'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAU', 'a U'],
  ['01ARZ3NDEKTSV4RRFFQ69G5F-V', 'a sign'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAſ', 'a letter whose capital is one of the digits'],
])('"%s" is none: %s', (text) => {
  expect(uuidOf(text)).toBeNull()
})
