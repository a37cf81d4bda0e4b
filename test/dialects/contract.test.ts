// All APIs are held to the contract, each with the gaps that it states.
import { expect, test } from 'bun:test'
import { apis, dustmail } from './apis.ts'
import { isLacking, keepsTheContract } from './contract.ts'

keepsTheContract(apis)

test('a gap that is none is found, and one that is not told', async () => {
  const sentence = 'a mailbox that is ended here is gone everywhere'
  expect(await isLacking(dustmail, apis, sentence)).toBe(false)
  const { end: _, ...without } = dustmail
  expect(await isLacking(without, apis, sentence)).toBe(true)
})
