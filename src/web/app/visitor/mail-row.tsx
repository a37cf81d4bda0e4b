// One mail in a list.
import { inOneLine } from '../mail/plain.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import type { Summary } from '../shapes.ts'
import { bytes, fullTime, shortTime } from '../words/shown.ts'
import { say } from '../words/words.ts'

export function MailRow({
  mail,
  href,
  code,
  isOpen,
  isActive,
  focused,
}: {
  mail: Summary
  href: string
  code: string
  isOpen: boolean
  isActive: boolean
  focused: () => void
}) {
  const { id, from, fromName, subject, receivedAt, size, seen, hasAttachments, digest } = mail
  return (
    <a
      class={`mail-row ${seen ? '' : 'is-unread'}`}
      href={href}
      data-mail={id}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isActive ? 0 : -1}
      onFocus={focused}
    >
      <span class="row-mark">{!seen && <span class="visually-hidden">{say('row.unread')}</span>}</span>
      <span class="row-from text-truncate">{inOneLine(fromName) || from || say('row.nobody')}</span>
      <span class="row-subject text-truncate">{inOneLine(subject) || say('row.no-subject')}</span>
      <span class="row-code">{code && <span class="row-code-text">{code}</span>}</span>
      <span class="row-signs">
        {digest === 'failed' && <Sign icon="warning" text={say('row.failed')} />}
        {hasAttachments && <Sign icon="clip" text={say('row.attachments')} />}
      </span>
      <span class="row-size">{bytes(size)}</span>
      <time class="row-time" dateTime={receivedAt} title={fullTime(receivedAt)}>
        {shortTime(receivedAt)}
      </time>
    </a>
  )
}

function Sign({ icon, text }: { icon: IconName; text: string }) {
  return (
    <span title={text}>
      <Icon name={icon} />
      <span class="visually-hidden">{text}</span>
    </span>
  )
}
