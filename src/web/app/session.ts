// Who is signed in in this browser. The cookie is the server's and no script reads it; whether to ask is remembered here.
import { signal } from '@preact/signals'
import { ApiError, call } from './api.ts'
import { forget, keep, recall } from './kept.ts'
import type { Session } from './shapes.ts'

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

export async function signOut(): Promise<void> {
  await call('DELETE', '/session')
  gone()
  // What stands in the memory of this page goes with it.
  location.assign('/')
}
