// A timer that never overlaps itself and survives its work's failures.

export type Task = { stop: () => Promise<void> }

/** `goOn` tells long work whether it may continue. Does `work` every so many milliseconds, counted from the end of the last time. `stop` waits for the one under way. */
export function every(
  milliseconds: number,
  work: (goOn: () => boolean) => Promise<unknown>,
  defect: (error: unknown) => void,
): Task {
  let stopped = false
  let underWay: Promise<unknown> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    timer = setTimeout(() => {
      underWay = Promise.resolve()
        .then(() => work(() => !stopped))
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
