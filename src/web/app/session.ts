// Who is signed in in this browser. The cookie is the server's and no script reads it; whether to ask is remembered here.
import { signal } from '@preact/signals'
import { ApiError, call } from './api.ts'
import { forget, keep, keptName, recall } from './kept.ts'
import type { Session } from './shapes.ts'

const keptAs = keptName('signed-in')

/** Undefined until it is known, null for nobody. */
export const session = signal<Session | null | undefined>(undefined)

/** Asks who is signed in. A visitor who never was costs no call. Throws ApiError where that cannot be told. */
export async function lookForSession(always = false): Promise<void> {
  if (!always && recall('signed-in', (value) => (value === true ? true : null)) === null) {
    session.value = null
    return
  }
  try {
    took(await call<Session>('GET', '/session'))
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    gone()
  }
}

/** A sign-in was answered with this. */
export function took(answer: Session): void {
  keep('signed-in', true)
  session.value = answer
}

/** Nobody is signed in any more: nothing of the member's stays in this browser. */
export function gone(): void {
  forget('signed-in')
  session.value = null
}

/** Somebody is on his way out: nothing of his is shown or asked any more. */
export const isLeaving = signal(false)

export async function signOut(): Promise<void> {
  isLeaving.value = true
  // Other tabs leave with this one.
  forget('signed-in')
  try {
    await call('DELETE', '/session')
  } catch (error) {
    const isOver = error instanceof ApiError && error.status === 401
    if (!isOver) {
      keep('signed-in', true)
      isLeaving.value = false
      throw error
    }
  }
  leave()
}

/** What stands in the memory of this page goes with it. The server has browsers keep none of its answers. */
export function leave(): void {
  isLeaving.value = true
  gone()
  location.replace('/')
}

/** A sign-out in one tab is one in all, and a page that a browser had kept for its back button is not shown again. */
export function watchSession(): void {
  addEventListener('storage', ({ key, newValue }) => {
    const isEnded = key === null || (key === keptAs && newValue === null)
    if (isEnded && session.value) leave()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && session.value !== null) location.reload()
  })
}
