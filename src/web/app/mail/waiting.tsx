// Something is on its way.
export function Waiting({ text }: { text: string }) {
  return (
    <p class="mail-waiting text-body-secondary" role="status">
      <span class="spinner-border spinner-border-sm" aria-hidden="true" /> {text}
    </p>
  )
}
