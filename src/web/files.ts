// The page's files: out of the executable, or made from the sources where a server runs from them.
import { gunzipSync } from 'node:zlib'

export type PageFiles = {
  /** The HTML that every view of the page begins with. */
  shell: string
  /** By name, gzip. */
  assets: ReadonlyMap<string, Blob>
}

let found: Promise<PageFiles> | null = null

/** Read when the first browser comes. */
export function pageFiles(): Promise<PageFiles> {
  found ??= read()
  // What failed once is tried again.
  found.catch(() => {
    found = null
  })
  return found
}

async function read(): Promise<PageFiles> {
  const assets = new Map(Bun.isStandaloneExecutable ? embedded() : await built())
  const page = [...assets.keys()].find((name) => name.endsWith('.html'))
  const html = page === undefined ? undefined : assets.get(page)
  if (page === undefined || !html) throw new Error('the page is not in this executable')
  assets.delete(page)
  return { shell: gunzipSync(await html.bytes()).toString(), assets }
}

/** The build names a file `NAME.EXT-HASH.gz`. */
const embeddedName = /^(?:.*\/)?([^/]+\.(?:html|js|css|svg))-[0-9a-z]+\.gz$/

const embedded = (): [string, Blob][] =>
  Bun.embeddedFiles.flatMap((file): [string, Blob][] => {
    const name = 'name' in file ? embeddedName.exec(String(file.name))?.[1] : undefined
    return name === undefined ? [] : [[name, file]]
  })

async function built(): Promise<[string, Blob][]> {
  const { bundlePage } = await import('./bundler.ts')
  return (await bundlePage()).map(({ name, gzipped }) => [name, new Blob([gzipped])])
}
