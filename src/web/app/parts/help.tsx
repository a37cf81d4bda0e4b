// What `?` shows: every key of the view that is there.
import { signal } from '@preact/signals'
import { type Key, say } from '../words/words.ts'
import { Dialog } from './dialog.tsx'
import { areOn, groups, switchShortcuts, useShortcuts } from './shortcuts.ts'

const isOpen = signal(false)

export function openHelp(): void {
  isOpen.value = true
}

const names: Record<string, Key> = {
  Enter: 'help.key-enter',
  Delete: 'help.key-delete',
  Escape: 'help.key-escape',
}

const written: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑' }

function nameOf(key: string): string {
  const name = names[key]
  return name ? say(name) : (written[key] ?? key)
}

export function Help() {
  useShortcuts('help.everywhere', [{ keys: ['?'], text: 'help.help', run: openHelp }])
  if (!isOpen.value) return null
  const close = (): void => {
    isOpen.value = false
  }
  return (
    <Dialog title={say('help.title')} close={close}>
      {groups.value.map(({ title, shortcuts }) => (
        <section key={title} class="mb-3">
          <h3 class="h6 text-body-secondary">{say(title)}</h3>
          <dl class="help-list">
            {shortcuts.map(({ keys, text }) => (
              <div key={text} class="help-row">
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{nameOf(key)}</kbd>
                  ))}
                </dt>
                <dd>{say(text)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <div class="form-check form-switch">
        <input
          id="shortcuts"
          class="form-check-input"
          type="checkbox"
          checked={areOn.value}
          onChange={({ currentTarget }) => switchShortcuts(currentTarget.checked)}
        />
        <label class="form-check-label" for="shortcuts">
          {say('help.switch')}
        </label>
      </div>
    </Dialog>
  )
}
