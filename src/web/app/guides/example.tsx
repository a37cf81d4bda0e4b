// One example in three languages, as tabs. The choice holds for all examples and is kept.
import { signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { keep, recall } from '../kept.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import type { Say } from '../words/guide-words.ts'
import type { Call } from './call.ts'
import { linesOf, type Program, programs } from './lines.ts'
import { looksRight, ownKey } from './own-key.tsx'

const isProgram = (value: unknown): value is Program => programs.some((one) => one === value)

const program = signal<Program>(recall('program', (value) => (isProgram(value) ? value : null)) ?? 'curl')

function choose(one: Program): void {
  program.value = one
  keep('program', one)
}

export function Example({ call, say }: { call: Call; say: Say }) {
  const id = useId()
  const known: Record<string, string> = looksRight(ownKey.value) ? { MAYFLY_KEY: ownKey.value } : {}
  const lines = linesOf(call, program.value, { base: location.origin, known })
  const step = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = programs.at((programs.indexOf(program.value) + by) % programs.length)
    if (by === 0 || next === undefined) return
    event.preventDefault()
    choose(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }
  return (
    <div class="example">
      <div class="example-bar">
        <div role="tablist" aria-label={say('docs.program')} onKeyDown={step}>
          {programs.map((one) => (
            <button
              key={one}
              id={`${id}-${one}`}
              type="button"
              role="tab"
              class="example-tab"
              aria-selected={one === program.value}
              aria-controls={`${id}-lines`}
              tabIndex={one === program.value ? 0 : -1}
              onClick={() => choose(one)}
            >
              {one}
            </button>
          ))}
        </div>
        <CopyButton text={lines} label={say('docs.copy')} look="btn-quiet btn-sm" />
      </div>
      <div
        id={`${id}-lines`}
        role="tabpanel"
        class="example-lines"
        aria-label={say('docs.example', { program: program.value })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
        tabIndex={0}
      >
        <pre>
          <code>{lines}</code>
        </pre>
      </div>
    </div>
  )
}

/** What came, or what is to be looked at: text that scrolls. */
export function Shown({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="shown" aria-label={label} tabIndex={0}>
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  )
}
