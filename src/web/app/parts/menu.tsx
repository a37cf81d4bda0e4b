// A button that opens a short list of things to choose. Esc and a click elsewhere close it, arrows move in it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export type Choice = { text: string; choose: () => void; isChosen?: boolean; href?: string; isDanger?: boolean }

/** Choices that belong together, of which one is chosen. */
export type ChoiceGroup = { name: string; choices: readonly Choice[] }

export function Menu({
  label,
  icon,
  heading,
  text,
  children,
}: {
  label: string
  icon: IconName
  heading?: string
  /** Stands beside the picture. */
  text?: string
  children: readonly (Choice | ChoiceGroup)[]
}) {
  const [isOpen, setOpen] = useState(false)
  const whole = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const items = (): HTMLElement[] => [...(whole.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]

  // At once: a key that is pressed meanwhile would close what then still takes the focus.
  useLayoutEffect(() => {
    if (isOpen) items()[0]?.focus()
  }, [isOpen])
  useEffect(() => {
    if (!isOpen) return
    const leave = (event: Event): void => {
      if (event.target instanceof Node && !whole.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [isOpen])

  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  const move = (event: KeyboardEvent): void => {
    if (!isOpen) return
    const all = items()
    const { activeElement } = document
    const at = activeElement instanceof HTMLElement ? all.indexOf(activeElement) : -1
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (event.key === 'Escape') close()
    else if (event.key === 'Tab') setOpen(false)
    else if (to !== undefined) all.at(to % all.length)?.focus()
    else return
    if (event.key !== 'Tab') event.preventDefault()
  }

  return (
    <div class="menu" ref={whole}>
      <button
        ref={button}
        type="button"
        class={text === undefined ? 'btn btn-quiet' : 'btn btn-outline-secondary btn-icon'}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={move}
      >
        <Icon name={icon} />
        {text !== undefined && <span class="action-word">{text}</span>}
      </button>
      {isOpen && (
        <div class="menu-list shadow" role="menu" tabIndex={-1} aria-label={label} onKeyDown={move}>
          {heading && <div class="menu-heading text-truncate">{heading}</div>}
          {children.map((child) =>
            'choices' in child ? (
              <fieldset key={child.name} class="menu-group">
                <legend class="menu-heading">{child.name}</legend>
                {child.choices.map((choice) => (
                  <MenuItem key={choice.text} {...choice} close={close} />
                ))}
              </fieldset>
            ) : (
              <MenuItem key={child.text} {...child} close={close} />
            ),
          )}
        </div>
      )}
    </div>
  )
}

function MenuItem({ text, choose, isChosen, isDanger, close }: Choice & { close: () => void }) {
  return (
    <button
      type="button"
      {...(isChosen === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': isChosen })}
      tabIndex={-1}
      class={`menu-item ${isDanger ? 'text-danger-emphasis' : ''}`}
      onClick={() => {
        close()
        choose()
      }}
    >
      <span class="menu-mark">{isChosen && <Icon name="check" />}</span>
      {text}
    </button>
  )
}
