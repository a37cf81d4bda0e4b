// A list of mails with their bodies: short ones at once, long ones mail by mail as they are read, so that neither memory
// nor the main thread has it all.
import type { LaterText } from '../messages/long-text.ts'
import { longAnswer, longJson } from './long-answer.ts'
import { piecewise } from './piecewise.ts'

/** What is shown of one mail, and all the long texts in it. */
export type Shown = { value: unknown; later: readonly LaterText[] }

/** Bytes of mails, and mails, up to which a list is made at once. */
const shortBytes = 256 * 1024
const fewItems = 100
const mark = '\u0000list\u0000'
const quoted = JSON.stringify(mark)
const encoder = new TextEncoder()

/**
 * `frame` puts the list into the answer, where nothing else may say what a client sent. One that cannot be finished breaks
 * off, so that it cannot look whole.
 */
export async function listAnswer<Item extends { size: number }>(
  items: readonly Item[],
  frame: (list: unknown) => object,
  show: (item: Item) => Promise<Shown>,
): Promise<Response> {
  if (items.length <= fewItems && items.reduce((sum, { size }) => sum + size, 0) <= shortBytes) {
    const shown = await Promise.all(items.map(show))
    const list = shown.map(({ value }) => value)
    return longAnswer(
      frame(list),
      shown.flatMap(({ later }) => later),
    )
  }
  const headers = { 'Content-Type': 'application/json;charset=utf-8' }
  return piecewise(parts(items, JSON.stringify(frame(mark)), show), { headers }, () => {})
}

async function* parts<Item>(
  items: readonly Item[],
  frame: string,
  show: (item: Item) => Promise<Shown>,
): AsyncGenerator<Uint8Array> {
  const at = frame.indexOf(quoted)
  let before = `${frame.slice(0, at)}[`
  for (const item of items) {
    yield encoder.encode(before)
    const { value, later } = await show(item)
    yield* longJson(value, later)
    before = ','
  }
  const open = items.length === 0 ? before : ''
  yield encoder.encode(`${open}]${frame.slice(at + quoted.length)}`)
}
