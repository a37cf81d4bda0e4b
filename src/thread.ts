// The one place that knows how a thread is started, from sources and in the executable.

export type ThreadName = 'writer' | 'digest' | 'reader' | 'inspector' | 'backup' | 'certificate'

const ahead = new Map<ThreadName, Worker>()

/** Starts a thread that somebody will ask for in a moment. */
export const startAhead = (name: ThreadName): void => void ahead.set(name, start(name))

/** A thread that runs `threads/NAME.ts`: the one that was started ahead, or a new one. */
export function startThread(name: ThreadName): Worker {
  const started = ahead.get(name)
  ahead.delete(name)
  return started ?? start(name)
}

/** In the executable each is an entry point of the build, found by its path from `src`. */
function start(name: ThreadName): Worker {
  return Bun.isStandaloneExecutable
    ? new Worker(`./threads/${name}.ts`)
    : new Worker(new URL(`./threads/${name}.ts`, import.meta.url).href)
}

/** Milliseconds for a thread to end: one deep in a call of SQLite's ends after it. */
const patienceMs = 5000

/**
 * Ends a thread when it is told to, and answers when that is so: only then are its connections of the database closed,
 * which may write to it once more. To be asked for when the thread starts, so that no end is missed.
 */
export function endOf(thread: Worker): () => Promise<void> {
  const closed = new Promise<void>((resolve) => thread.addEventListener('close', () => resolve(), { once: true }))
  return () => {
    thread.terminate()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patienceMs)
    return Promise.race([closed, promise]).finally(() => clearTimeout(timer))
  }
}
