// What is wrong with a pattern of a block rule, as far as that can be told while one types; the server looks closer.
import type { OperatorKey } from './words.ts'

export const kinds = ['sender', 'recipient', 'subject', 'network'] as const
export type Kind = (typeof kinds)[number]

const network = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)(\/\d{1,3})?$/i
const domain = /^[\p{L}\p{N}_*-]+(\.[\p{L}\p{N}_*-]+)*\.?$|^\[[\da-f.:*]+\]$/iu

/** Null: nothing is. */
export function complaintOf(kind: Kind, typed: string): OperatorKey | null {
  const text = typed.trim()
  if (text === '') return null
  if (kind === 'network') {
    if (!network.test(text)) return 'blocks.wrong-network'
    return text.endsWith('/0') ? 'blocks.everything' : null
  }
  if (text.replace(/[*.@\s]/g, '') === '') return 'blocks.everything'
  if (kind === 'subject') return null
  if (text === '<>') return kind === 'sender' ? null : 'blocks.wrong-address'
  const at = text.lastIndexOf('@')
  const rest = text.slice(at + 1)
  if (!domain.test(rest)) return 'blocks.wrong-address'
  return at < 0 && !/[.*[]/.test(rest) ? 'blocks.wrong-address' : null
}
