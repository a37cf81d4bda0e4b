// A timer that never overlaps itself and survives its work's failures.

export type Task = { stop: () => Promise<void> }

/** Does `work` every so many milliseconds, counted from the end of the last time. `stop` waits for the one under way. */
export function every(milliseconds: number, work: () => Promise<unknown>, defect: (error: unknown) => void): Task {
  let stopped = false
  let underWay: Promise<unknown> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    timer = setTimeout(() => {
      underWay = Promise.resolve()
        .then(work)
        .catch(defect)
        .finally(() => {
          if (!stopped) schedule()
        })
    }, milliseconds)
    timer.unref()
  }
  schedule()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await underWay
    },
  }
}
