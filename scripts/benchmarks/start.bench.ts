// How long from the start of the executable to the first 220 on its SMTP port: empty, and with many messages stored.
import { join } from 'node:path'
import { fixed, freshDirectory, goal, Measures, percentile, root, runs, table, title, whole } from './bench.ts'
import { filled } from './fill.ts'
import { end, freePort, greeted, mayflyEnvironment } from './servers.ts'

const startsARun = 5
const sizes = [0, 1000, 100_000, 1_000_000]
const measures = new Measures<number[]>()
const named = (size: number) => (size === 0 ? 'empty, its first start' : `${whole(size)} messages stored`)

for (const size of sizes) if (size > 0) await filled(size)
for (let run = 0; run < runs; run++) {
  for (const size of sizes) {
    const times: number[] = []
    for (let n = 0; n < startsARun; n++) {
      times.push(await start(size === 0 ? null : (await filled(size)).directory))
    }
    measures.add(named(size), times)
  }
}

/** Milliseconds from the spawn to the 220. */
async function start(directory: string | null): Promise<number> {
  const port = freePort()
  const cwd = directory ?? freshDirectory()
  const began = performance.now()
  const process = Bun.spawn(
    [join(root, 'dist/mayfly'), 'serve', '--http', '127.0.0.1:0', '--smtp', `127.0.0.1:${port}`],
    { cwd, env: mayflyEnvironment, stdout: 'ignore', stderr: 'inherit' },
  )
  while (!(await greeted(port))) {
    if (process.exitCode !== null) throw new Error('the server ended before it was ready')
    await Bun.sleep(1)
  }
  const took = performance.now() - began
  await end(process, directory === null ? cwd : null)
  return took
}

title(`From the start of the executable to the first 220, ${startsARun} starts a run, medians of ${runs} runs`)
const p50 = (size: number) => measures.median(named(size), (times) => percentile(times, 0.5))
table(
  ['store', 'median ms', 'slowest ms'],
  sizes.map((size) => [
    named(size),
    fixed(p50(size), 0),
    fixed(
      measures.median(named(size), (times) => Math.max(...times)),
      0,
    ),
  ]),
)
goal('start, empty', p50(0), { below: 150, unit: ' ms', digits: 0 })
goal('start, 1,000,000 messages stored', p50(1_000_000), { below: 300, unit: ' ms', digits: 0 })
