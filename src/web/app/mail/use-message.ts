// One message as the server has it now: fetched, filled in when its digest is there, marked, deleted.
import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiError, call, pathOf, sentenceOf } from '../api.ts'
import { follow } from '../live.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { Message } from '../shapes.ts'

export type MailProps = {
  id: string
  /** Of its mailbox; null at a public address, or for who is signed in. */
  token: string | null
  /** Nothing of it may be changed. */
  isReadOnly: boolean
  /** It is not there any more. */
  onGone: () => void
  /** It was marked. */
  onSeen?: (seen: boolean) => void
}

export type Mail = {
  message: Message | null
  error: string | null
  again: () => void
  mark: (seen: boolean) => Promise<void>
  remove: () => Promise<void>
}

export function useMessage({ id, token, isReadOnly, onGone, onSeen }: MailProps): Mail {
  const [message, setMessage] = useState<Message | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [turn, setTurn] = useState(0)
  const path = `/messages${pathOf(id)}`
  const again = useCallback(() => setTurn((turn) => turn + 1), [])

  // Another turn asks again.
  useEffect(() => {
    const { abort, signal } = aborting()
    setError(null)
    call<Message>('GET', path, { token, signal })
      .then(setMessage)
      .catch((problem) => {
        if (signal.aborted) return
        if (problem instanceof ApiError && problem.status === 404) onGone()
        setError(sentenceOf(problem))
      })
    return abort
  }, [path, token, turn])

  const mark = async (seen: boolean): Promise<void> => {
    try {
      const { seen: now } = await call<Message>('PATCH', path, { token, body: { seen } })
      setMessage((message) => message && { ...message, seen: now })
      onSeen?.(now)
    } catch (problem) {
      toast(sentenceOf(problem), 'danger')
    }
  }

  const remove = async (): Promise<void> => {
    try {
      await call('DELETE', path, { token })
      onGone()
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 404) onGone()
      else toast(sentenceOf(problem), 'danger')
    }
  }

  const isNew = message !== null && !message.seen && !isReadOnly
  // Opening it marks it, once.
  useEffect(() => {
    if (isNew) void mark(true)
  }, [message?.id])

  const { address, digest } = message ?? {}
  useEffect(() => {
    if (address === undefined || digest !== 'pending') return
    const line = follow(
      `/mailboxes${pathOf(address)}/events`,
      token === null ? {} : { Authorization: `Bearer ${token}` },
      {
        event: ({ type, messageId }) => {
          if (messageId === id && type === 'message.digested') again()
        },
        missed: again,
        refused: () => {},
      },
    )
    return line.close
  }, [address, digest, token, id, again])

  return { message, error, again, mark, remove }
}

function aborting(): { abort: () => void; signal: AbortSignal } {
  const controller = new AbortController()
  return { abort: () => controller.abort(), signal: controller.signal }
}
