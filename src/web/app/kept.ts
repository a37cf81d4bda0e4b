// What this browser keeps, on this device alone. Where it keeps nothing (a private window, a full disk) all goes on without.
const prefix = 'mayfly.'

/** As storage events name it. */
export const keptName = (name: string): string => prefix + name

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value))
  } catch {
    // Then it is forgotten with the page.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name)
  } catch {
    // There is nothing to forget.
  }
}

/** What was kept, as `read` finds it: it may be from an older page, or written by hand. */
export function recall<Value>(name: string, read: (value: unknown) => Value | null): Value | null {
  try {
    const text = localStorage.getItem(prefix + name)
    return text === null ? null : read(JSON.parse(text))
  } catch {
    return null
  }
}
