// Every regular expression of the source: the literals, those built when a module is loaded, and the patterns of schemas.
import { join, relative } from 'node:path'
import type { Node } from 'typescript/unstable/ast'
import {
  isNewExpression,
  isPropertyAssignment,
  isRegularExpressionLiteral,
  isStringLiteral,
} from 'typescript/unstable/ast/is'
import { API } from 'typescript/unstable/async'

const root = join(import.meta.dir, '../..')

/** `places`: the files that have it. */
export type Regex = { source: string; flags: string; places: string[] }

export async function regexesOfSource(): Promise<Regex[]> {
  const found = new Map<string, Regex>()
  const add = (source: string, flags: string, file: string) => {
    const key = `/${source}/${flags}`
    const known = found.get(key) ?? { source, flags, places: [] }
    known.places.push(relative(root, file))
    found.set(key, known)
  }
  const building: string[] = []
  for (const { file, node } of await nodesOfSource()) {
    if (isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      add(node.text.slice(1, end), node.text.slice(end + 1), file)
    } else if (isNewExpression(node) && node.expression.getText() === 'RegExp') building.push(file)
    else if (isPropertyAssignment(node) && node.name.getText() === 'pattern' && isStringLiteral(node.initializer))
      add(node.initializer.text, '', file)
  }
  for (const file of new Set(building)) for (const [source, flags] of await built(file)) add(source, flags, file)
  return [...found.values()]
}

async function nodesOfSource(): Promise<{ file: string; node: Node }[]> {
  const api = new API({ cwd: root })
  try {
    const snapshot = await api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] })
    const [project] = await snapshot.getProjects()
    if (!project) throw new Error('there is no project')
    const found: { file: string; node: Node }[] = []
    for (const file of project.rootFiles.filter((name) => name.startsWith(join(root, 'src/')))) {
      const walk = (node: Node): void => {
        found.push({ file, node })
        node.forEachChild(walk)
      }
      const source = await project.program.getSourceFile(file)
      if (source) walk(source)
    }
    return found
  } finally {
    await api.close()
  }
}

/** What a module makes of `new RegExp(…)` while it is loaded: asked of a process of its own. */
async function built(file: string): Promise<[string, string][]> {
  const script = `
    const Real = RegExp
    const made = []
    globalThis.RegExp = class extends Real {
      constructor(source, flags) {
        super(source, flags)
        if (typeof source === 'string') made.push([this.source, this.flags])
      }
    }
    await import(${JSON.stringify(file)})
    console.log(JSON.stringify(made))`
  const child = Bun.spawn([process.execPath, '-e', script], { cwd: root, stdout: 'pipe' })
  return JSON.parse(await new Response(child.stdout).text())
}
