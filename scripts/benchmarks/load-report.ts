// The line of JSON with which a load generator ends.

/** `began`: of `performance.now()`; `cpu`: what this process had used by then; latencies in milliseconds, in any order. */
export type Counted = {
  done: number
  failed: number
  latencies: number[]
  began: number
  cpu: NodeJS.CpuUsage
}

/** Prints a `Load` (loads.ts): `cpu` is the generator's own, in cores. */
export function report({ done, failed, latencies, began, cpu }: Counted): void {
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((one, other) => one - other)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  const rate = done / seconds
  console.log(
    JSON.stringify({ done, failed, seconds, rate, p50: at(0.5), p99: at(0.99), cpu: (user + system) / 1e6 / seconds }),
  )
}
