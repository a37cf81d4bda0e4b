// The facts in mime4j's expected trees: `NAME.xml` has the header fields and parts as written, `NAME_decoded.xml` names
// files with the decoded bytes of each part.
import { TextDecoder } from 'node:util'
import { Parser } from 'htmlparser2'
import { binary, type Facts, read, squeezed, textual } from './corpus.ts'

type Entity = { fields: string[]; children: Entity[]; content: Content | null }
type Content = { kind: 'text' | 'binary'; file: string | null }

/** The facts in both trees of the mail of that name (a path without `.msg`). */
export function factsOfMime4j(name: string): Facts {
  const mail = treeOf(read(`${name}_decoded.xml`).toString('latin1'))
  const { parts, readable } = leaves(mail, 'text/plain', folderOf(name))
  const bodies = parts.filter(isBody)
  const subject = fieldOf(mail, 'subject')
  const said: Facts = {
    headers: mail.fields.map(unfolded).join('\n'),
    subject: squeezed(withoutWords(subject)),
    addresses: ['from', 'to', 'cc'].map((field) => addressesIn(mail, field)).join(' / '),
    names: parts
      .filter((part) => !isBody(part))
      .map(({ name }) => name ?? '-')
      .join(),
    contents: parts
      .filter((part) => !isBody(part))
      .map(({ content }) => content)
      .join(),
  }
  // What html says as text is the reader's own affair, and so is which of several readings is shown.
  if (readable && bodies.every(({ type }) => type === 'text/plain')) said['text'] = words(bodies)
  if (readable && bodies.length > 0 && bodies.every(({ type }) => type === 'text/html')) said['html'] = words(bodies)
  return said
}

type Leaf = { isFirst: boolean; type: string; name: string | null; disposition: string; content: string; text: string }

const words = (bodies: Leaf[]) => squeezed(bodies.map(({ text }) => text).join('\n'))

/** RFC 8621 §4.1.4: text with a file name is a body only where it stands first. */
const isBody = ({ isFirst, type, name, disposition }: Leaf) =>
  (type === 'text/plain' || type === 'text/html') && disposition !== 'attachment' && (isFirst || name === null)

const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1)

/** The leaves in mail order; `readable`: no part is but one of several readings. */
function leaves(entity: Entity, usual: string, folder: string, isFirst = true): { parts: Leaf[]; readable: boolean } {
  const written = fieldOf(entity, 'content-type')
  const type = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)/.exec(written)?.[1]?.toLowerCase() ?? usual
  const { content } = entity
  if (!content && (entity.children.length > 0 || type.startsWith('multipart/')) && type !== 'message/rfc822') {
    const found = entity.children.map((child, at) =>
      leaves(child, type === 'multipart/digest' ? 'message/rfc822' : 'text/plain', folder, at === 0),
    )
    return {
      parts: found.flatMap(({ parts }) => parts),
      readable: type !== 'multipart/alternative' && found.every(({ readable }) => readable),
    }
  }
  const disposition = fieldOf(entity, 'content-disposition')
  const bytes = content?.file ? read(folder + content.file) : Buffer.alloc(0)
  const text = decoded(bytes, parameter(written, 'charset'))
  const leaf: Leaf = {
    isFirst,
    type,
    name: parameter(disposition, 'filename') ?? parameter(written, 'name'),
    disposition: /^\s*([\w-]+)/.exec(disposition)?.[1]?.toLowerCase() ?? '',
    content: content ? (type.startsWith('text/') ? textual(bytes.toString('latin1')) : binary(bytes)) : 'mail',
    text,
  }
  return { parts: [leaf], readable: true }
}

/** The text that is in a decoded body, which keeps its charset. */
function decoded(bytes: Buffer, charset: string | null): string {
  try {
    return new TextDecoder(charset ?? 'latin1').decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

/** RFC 2047: encoded-words as what they stand for, and no blanks between two of them. */
const withoutWords = (raw: string): string =>
  raw
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi, (_, charset: string, encoding: string, word: string) => {
      const bytes =
        encoding.toLowerCase() === 'b'
          ? Buffer.from(word, 'base64')
          : Buffer.from(
              word
                .replaceAll('_', ' ')
                .replace(/=([0-9a-f]{2})/gi, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            )
      return decoded(bytes, charset)
    })

const fieldOf = ({ fields }: Entity, name: string): string =>
  fields.find((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name)?.replace(/^[^:]*:/, '') ?? ''

function parameter(value: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(value)
  return found ? withoutWords(found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? '') : null
}

const addressesIn = (mail: Entity, name: string): string =>
  mail.fields
    .filter((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name)
    .flatMap((field) => field.replace(/^[^:]*:/, '').match(/[^\s<>,;:"()@]+@[^\s<>,;:"()@]+/g) ?? [])
    .map((address) => address.toLowerCase())
    .join()

const unfolded = (field: string) => {
  const colon = field.indexOf(':')
  return `${field.slice(0, colon).trim()}: ${squeezed(withoutWords(field.slice(colon + 1)))}`
}

function treeOf(xml: string): Entity {
  const root: Entity = { fields: [], children: [], content: null }
  const open = [root]
  let field: string | null = null
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const here = open.at(-1) ?? root
        if (name === 'message' || name === 'body-part') {
          const entity: Entity = { fields: [], children: [], content: null }
          here.children.push(entity)
          open.push(entity)
        } else if (name === 'field') field = ''
        else if (name === 'text-body' || name === 'binary-body')
          here.content = { kind: name === 'text-body' ? 'text' : 'binary', file: attributes['name'] ?? null }
      },
      ontext(text) {
        if (field !== null) field += text
      },
      onclosetag(name) {
        if (name === 'message' || name === 'body-part') open.pop()
        else if (name === 'field' && field !== null) {
          open.at(-1)?.fields.push(field.replace(/^\r?\n/, ''))
          field = null
        }
      },
    },
    { xmlMode: true },
  )
  parser.end(xml)
  const mail = root.children[0]
  if (!mail) throw new Error('the tree has no mail')
  return mail
}
