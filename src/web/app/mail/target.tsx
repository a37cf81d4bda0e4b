// Where a link leads, shown before anybody goes there.
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { say } from '../words/words.ts'
import { type Target, targetOf, type Warning } from './link-target.ts'
import { inOneLine } from './plain.ts'

/** A link of a mail that was clicked. */
export type Clicked = { url: string; text: string }

export function LinkDialog({ link, close }: { link: Clicked; close: () => void }) {
  return (
    <Dialog title={say('mail.link.title')} close={close}>
      <TargetCard link={link} done={close} />
    </Dialog>
  )
}

/** `done`: the link was opened. */
export function TargetCard({ link, done }: { link: Clicked; done?: () => void }) {
  const target = targetOf(link.url, link.text)
  if (!target) {
    return (
      <>
        <p class="mail-target">
          <bdi dir="ltr">{inOneLine(link.url)}</bdi>
        </p>
        <Warn text={say('mail.link.none')} />
      </>
    )
  }
  return (
    <>
      <p class="mail-target">
        <bdi dir="ltr">
          {target.before}
          <strong>{target.host}</strong>
          {target.behind}
        </bdi>
      </p>
      {target.warnings.map((warning) => (
        <Warn key={warning} text={sentenceFor(warning, target)} />
      ))}
      <div class="d-flex flex-wrap gap-2 mt-3">
        <a class="btn btn-primary" href={target.url} target="_blank" rel="noopener noreferrer" onClick={done}>
          {target.host === '' ? say('mail.link.open-other') : say('mail.link.open')}
        </a>
        <CopyButton text={target.url} label={say('mail.link.copy')} />
      </div>
    </>
  )
}

function Warn({ text }: { text: string }) {
  return (
    <p class="mail-warning">
      <Icon name="warning" /> <span>{text}</span>
    </p>
  )
}

function sentenceFor(warning: Warning, { host, letters, named }: Target): string {
  if (warning === 'differs') return say('mail.link.differs', { named: named ?? '', host })
  if (warning === 'punycode') return say('mail.link.punycode', { letters: inOneLine(letters ?? ''), host })
  return say(`mail.link.${warning}`, { host })
}
