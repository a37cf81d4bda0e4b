// One mail in a list.
import { Icon } from '../parts/icon.tsx'
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
      <span class="mail-mark">{!seen && <span class="visually-hidden">{say('mail.unread')}</span>}</span>
      <span class="mail-from text-truncate">{fromName || from || say('mail.nobody')}</span>
      <span class="mail-subject text-truncate">{subject || say('mail.no-subject')}</span>
      <span class="mail-extra">
        {code && <span class="mail-code">{code}</span>}
        {digest === 'failed' && (
          <span title={say('mail.failed')}>
            <Icon name="warning" />
            <span class="visually-hidden">{say('mail.failed')}</span>
          </span>
        )}
        {hasAttachments && (
          <span title={say('mail.attachments')}>
            <Icon name="clip" />
            <span class="visually-hidden">{say('mail.attachments')}</span>
          </span>
        )}
        <span class="mail-size">{bytes(size)}</span>
      </span>
      <time class="mail-time" dateTime={receivedAt} title={fullTime(receivedAt)}>
        {shortTime(receivedAt)}
      </time>
    </a>
  )
}
