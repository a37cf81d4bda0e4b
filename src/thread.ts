// The one place that knows how a thread is started, from sources and in the executable.

export type ThreadName = 'writer' | 'digest' | 'reader' | 'backup'

/** Starts `threads/NAME.ts`. In the executable each is an entry point of the build, found by its path from `src`. */
export function startThread(name: ThreadName): Worker {
  return Bun.isStandaloneExecutable
    ? new Worker(`./threads/${name}.ts`)
    : new Worker(new URL(`./threads/${name}.ts`, import.meta.url).href)
}
