// A part of the page that is loaded when it is first needed.
import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { say } from '../words/words.ts'
import { say as toast } from './toasts.tsx'

export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  const loaded = signal<{ Part: FunctionComponent<Props> } | null>(null)
  return (props) => {
    useEffect(() => {
      if (loaded.value) return
      load().then(
        (Part) => {
          loaded.value = { Part }
        },
        () => toast(say('error.offline'), 'danger'),
      )
    }, [])
    if (!loaded.value) return <p class="text-body-secondary p-3 mb-0">{say('frame.loading')}</p>
    const { Part } = loaded.value
    return <Part {...props} />
  }
}
