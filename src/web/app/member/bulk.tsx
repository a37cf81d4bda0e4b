// What can be done with several mailboxes at once: it says how far it is, and what could not be done.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { announce } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import { endMany, type ListedMailbox, type Progress } from './mailbox-list.ts'

type Work = 'archive' | 'delete'

export function Bulk({
  selected,
  isArchive,
  clear,
  done,
}: {
  selected: readonly ListedMailbox[]
  isArchive: boolean
  clear: () => void
  done: () => Promise<void>
}) {
  const [asked, setAsked] = useState<Work | null>(null)
  const [progress, setProgress] = useState<Progress | null>(null)
  const [isOver, setOver] = useState(false)
  const stopped = useRef(new AbortController())
  useEffect(() => () => stopped.current.abort(), [])

  const run = async (work: Work): Promise<void> => {
    setAsked(null)
    setOver(false)
    stopped.current = new AbortController()
    setProgress({ done: 0, all: selected.length, failed: [] })
    const last = await endMany(selected, work === 'delete', setProgress, stopped.current.signal)
    announce(say('bulk.done', { done: last.done, all: last.all }))
    if (last.failed.length > 0) return setOver(true)
    await done()
  }
  const count = selected.length
  const recoverable = selected.filter((one) => one.recoverable).length
  return (
    <section class="bulk card-plain" aria-label={say('bulk.region')}>
      <span class="me-auto">{say('bulk.chosen', { count })}</span>
      {!isArchive && recoverable === count && (
        <button type="button" class="btn btn-sm btn-outline-secondary" onClick={() => void run('archive')}>
          {say('boxes.archive')}
        </button>
      )}
      <button type="button" class="btn btn-sm btn-danger" onClick={() => setAsked('delete')}>
        {say('boxes.delete')}
      </button>
      <button type="button" class="btn btn-sm btn-quiet" onClick={clear}>
        {say('bulk.clear')}
      </button>
      {asked && (
        <Confirm
          title={say('bulk.delete-title', { count })}
          text={say('bulk.delete-text')}
          action={say('boxes.delete')}
          run={() => void run(asked)}
          close={() => setAsked(null)}
        />
      )}
      {progress && (
        <Dialog
          title={say(isOver ? 'bulk.over' : 'bulk.working')}
          close={() => {
            stopped.current.abort()
            setProgress(null)
            void done()
          }}
        >
          <progress
            class="w-100"
            aria-label={say('bulk.working')}
            value={progress.done + progress.failed.length}
            max={progress.all}
          />
          <p>{say('bulk.done', { done: progress.done, all: progress.all })}</p>
          {progress.failed.length > 0 && (
            <>
              <h3 class="h6">{say('bulk.failed', { count: progress.failed.length })}</h3>
              <ul class="failures">
                {progress.failed.map(({ address, why }) => (
                  <li key={address}>
                    <strong>{address}</strong> {why}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Dialog>
      )}
    </section>
  )
}
