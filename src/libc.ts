// The system's C library, for the few things of it that neither Bun nor node's modules offer. Linux only.

/** Of glibc and of musl. */
const libraries = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']

/** Rejects where there is none that is known, or where it cannot be opened. */
async function open() {
  const { dlopen, ptr } = await import('bun:ffi')
  const causes: unknown[] = []
  for (const name of libraries) {
    try {
      const { symbols } = dlopen(name, {
        getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
        listen: { args: ['i32', 'i32'], returns: 'i32' },
        madvise: { args: ['u64', 'u64', 'i32'], returns: 'i32' },
      })
      return { ...symbols, ptr }
    } catch (error) {
      causes.push(error)
    }
  }
  throw new AggregateError(causes, `there is none of ${libraries.join(', ')}`)
}

let opened: ReturnType<typeof open> | null = null

/** Opening it takes some milliseconds, so it is opened once. Rejects where it is not to be had. */
export function libc(): ReturnType<typeof open> {
  opened ??= open()
  return opened
}
