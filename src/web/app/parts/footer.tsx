// What stands below every view.
import { facts } from '../facts.ts'
import { say } from '../words/words.ts'

export function Footer() {
  return (
    <footer class="border-top py-3 small text-body-secondary">
      <div class="container-xl d-flex flex-wrap gap-3">
        <span class="me-auto">Mayfly {facts.version}</span>
        <a href="/docs">{say('frame.api')}</a>
        <a href="/privacy">{say('frame.privacy')}</a>
      </div>
    </footer>
  )
}
