// The one-time codes of a mail: what most mails here are opened for.
import { CopyButton } from '../parts/copy-button.tsx'
import { say } from '../words/words.ts'

const shown = 4

export function Codes({ codes }: { codes: readonly string[] }) {
  if (codes.length === 0) return null
  return (
    <section class="mail-codes" aria-label={say('mail.codes')}>
      {codes.slice(0, shown).map((code) => (
        <div class="mail-code" key={code}>
          <output class="mail-code-text" aria-label={say('mail.code')}>
            <bdi>{code}</bdi>
          </output>
          <CopyButton text={code} label={say('mail.copy-code', { code })} look="btn-primary" />
        </div>
      ))}
    </section>
  )
}
