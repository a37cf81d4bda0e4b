// How a mail is made up: its parts within parts.
import { type Leaf, type MimeBounds, usualBounds } from './bounded-parser.ts'
import { safeName } from './file-name.ts'
import { safeType } from './media-type.ts'
import { parse } from './parse.ts'

/** `size`: of its body as it came, still encoded; 0 for what only holds others. `disposition`: how it is taken. */
export type Structure = {
  type: string
  name: string | null
  size: number
  disposition: 'inline' | 'attachment' | null
  children: Structure[]
}

/** Of any bytes whatever; what lies beyond the bounds is left out. */
export async function structure(bytes: Uint8Array, bounds: MimeBounds = usualBounds): Promise<Structure> {
  const { tree } = await parse(bytes, bounds)
  return tree ? structureOf(tree) : { type: 'text/plain', name: null, size: 0, disposition: null, children: [] }
}

function structureOf(leaf: Leaf): Structure {
  const { contentType, disposition, node, children } = leaf
  return {
    type: safeType(contentType || 'text/plain'),
    name: safeName(node.filename || '') || null,
    size: leaf.encodedBytes ?? 0,
    disposition: disposition === 'inline' || disposition === 'attachment' ? disposition : null,
    children: children.map(structureOf),
  }
}
