// Who may import whom: rooms stand in one order, and imports point only towards the ground.
import { expect, test } from 'bun:test'
import { dirname, join, normalize, relative } from 'node:path'

const source = join(import.meta.dir, '../src')

// From the doors' side to the ground; a room may import itself and what stands after it.
const order = [
  ['main', 'threads'],
  ['head-start', 'rehearsal'],
  ['app'],
  ['smtp', 'http', 'dialects', 'web', 'cli', 'tasks'],
  ['control'],
  ['core'],
  ['payments'],
  ['webhooks'],
  ['messages'],
  ['mailboxes'],
  ['domains'],
  ['keys'],
  ['usage'],
  ['accounts'],
  ['plans'],
  [
    'config',
    'storage',
    'limits',
    'refusal',
    'events',
    'extended',
    'finding',
    'health',
    'outside',
    'instants',
    'log',
    'metrics',
    'secret',
    'backlog',
    'libc',
    'defects',
    'cannot-start',
    'cannot-do',
    'certificate',
    'cursor',
    'thread',
    'text-imports',
    'prom-client',
    'ulid',
  ],
]
// The HTTP server mounts the page and the dialects, and these speak through it.
const neighbours = new Set(['http > dialects', 'dialects > http', 'http > web'])

const rank = (room: string): number => order.findIndex((rooms) => rooms.includes(room))
const roomOf = (path: string): string => path.split('/')[0]?.replace(/(\.d)?\.ts$/, '') ?? ''

const files = [...new Bun.Glob('**/*.ts').scanSync(source)]
const imports = await Promise.all(
  files.map(async (file) => {
    const text = await Bun.file(join(source, file)).text()
    const found = [...text.matchAll(/(?:from|import) '(\.[^']+\.ts)'/g)].map(([, path = '']) => path)
    return found.map((path) => ({ file, target: relative(source, normalize(join(source, dirname(file), path))) }))
  }),
)

test('every file has a room', () => {
  expect(files.map(roomOf).filter((room) => rank(room) < 0)).toEqual([])
})

test('imports point towards the ground, and no door knows another', () => {
  const wrong = imports.flat().filter(({ file, target }) => {
    const [from, to] = [roomOf(file), roomOf(target)]
    if (from === to) return from === 'dialects' && file.split('/')[1] !== target.split('/')[1]
    const ground = rank(from) === order.length - 1 && rank(to) === order.length - 1
    return !ground && rank(from) >= rank(to) && !neighbours.has(`${from} > ${to}`)
  })
  expect(wrong).toEqual([])
})
