// The small views before one is signed in: a card with a form.
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { call } from '../api.ts'
import { session, took } from '../session.ts'
import type { Session } from '../shapes.ts'
import { useTitle, Waiting, wished } from './view.tsx'

export const shortestPassword = 8
export const longestPassword = 256

export function Door({ title, text, children }: { title: string; text?: string; children: ComponentChildren }) {
  useTitle(title)
  return (
    <div class="door card-plain">
      <h1 class="h3">{title}</h1>
      {text && <p class="text-body-secondary">{text}</p>}
      {children}
    </div>
  )
}

/** Signs in by this call, and goes on. */
export async function enter(path: string, body: object): Promise<Session> {
  const answer = await call<Session>('POST', path, { body })
  took(answer)
  return answer
}

/** Who is signed in already has nothing to do at a door. */
export function ForStrangers({ children }: { children: ComponentChildren }) {
  const { route } = useLocation()
  const now = session.value
  useEffect(() => {
    if (!now) return
    const to = wished.value ?? '/app/mailboxes'
    wished.value = null
    route(to, true)
  }, [now])
  if (now !== null) return <Waiting />
  return children
}
