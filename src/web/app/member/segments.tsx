// One of a few, as buttons that hang together.
export function Segments<Value extends string>({
  label,
  value,
  choices,
  change,
  isSmall = false,
}: {
  label: string
  value: Value
  choices: readonly (readonly [value: Value, text: string])[]
  change: (value: Value) => void
  isSmall?: boolean
}) {
  return (
    <fieldset class="btn-group" aria-label={label}>
      {choices.map(([one, text]) => (
        <button
          key={one}
          type="button"
          class={`btn btn-outline-secondary ${isSmall ? 'btn-sm' : ''} ${one === value ? 'active' : ''}`}
          aria-pressed={one === value}
          onClick={() => change(one)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  )
}
