// What a member's views have in common: they are for who is signed in, they have a title, and they wait for the server.
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { isLeaving, session } from '../session.ts'
import type { Session } from '../shapes.ts'
import { fullTime, relative } from '../words/shown.ts'
import { say } from '../words/words.ts'

/** Where somebody wanted to go who had to sign in first. */
export const wished = signal<string | null>(null)

/** A view of a member's. Who is not signed in is taken to where he can. */
export function View({
  title,
  actions,
  children,
}: {
  title: string
  /** Beside the title. */
  actions?: ComponentChildren
  children: (session: Session) => ComponentChildren
}) {
  const { route, url } = useLocation()
  const now = session.value
  useTitle(title)
  useEffect(() => {
    if (now !== null || isLeaving.value) return
    wished.value = url
    route('/app/sign-in', true)
  }, [now])
  if (!now || isLeaving.value) return <Waiting />
  return (
    <>
      <div class="view-head">
        <h1>{title}</h1>
        {actions && <div class="d-flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children(now)}
    </>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Mayfly`
    return () => {
      document.title = 'Mayfly'
    }
  }, [title])
}

export function Waiting() {
  return (
    <p class="text-body-secondary py-4" role="status">
      {say('frame.loading')}
    </p>
  )
}

/** The error of a load, with a way to try again; else the thing itself, once it is there. */
export function Ready<Value>({
  of: { value, error, reload },
  children,
}: {
  of: { value: Value | null; error: string | null; reload: () => Promise<void> }
  children: (value: Value) => ComponentChildren
}) {
  return (
    <>
      {error !== null && (
        <div class="alert alert-danger d-flex flex-wrap align-items-center gap-2" role="alert">
          <span class="me-auto">{error}</span>
          <button type="button" class="btn btn-sm btn-outline-secondary" onClick={() => void reload()}>
            {say('member.again')}
          </button>
        </div>
      )}
      {value === null ? error === null && <Waiting /> : children(value)}
    </>
  )
}

/** A moment, said from now; its title is the whole of it. */
export function Moment({ at }: { at: string | null }) {
  if (at === null) return <>{say('member.never')}</>
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relative(at)}
    </time>
  )
}
