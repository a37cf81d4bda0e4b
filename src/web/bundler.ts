// Makes of the page's sources the files that a browser loads, compressed: at the build, and when a server runs from sources.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** `name`: as it is asked for below `/assets/`. */
export type BundledFile = { name: string; gzipped: Uint8Array }

/** Names carry a hash of what is in the file, so a browser may keep each for ever. Throws where the sources do not build. */
export async function bundlePage(): Promise<BundledFile[]> {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, 'app/index.html')],
    target: 'browser',
    minify: true,
    splitting: true,
    publicPath: '/assets/',
    naming: '[name]-[hash].[ext]',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return Promise.all(
    outputs.map(async (file) => ({
      name: file.path.replace(/^\.?\//, ''),
      gzipped: gzipSync(new Uint8Array(await file.arrayBuffer()), { level: 9 }),
    })),
  )
}
