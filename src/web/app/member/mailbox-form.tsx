// Opening a mailbox with all that can be chosen, and changing one.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { facts, type Limits } from '../facts.ts'
import type { OpenedMailbox } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { ask } from './ask.ts'
import { ChoiceField, Form, TextField, Tick } from './form.tsx'
import { lifetimes, ttlOf } from './lifetimes.ts'
import type { ListedMailbox } from './mailbox-list.ts'
import type { OwnAccount } from './plans.ts'

const shortestPassword = 6
const usual = 'usual'

const own = {
  'quota-exceeded': 'boxes.no-more-today',
  'mailboxes-exhausted': 'boxes.exhausted',
  'not-in-plan': 'boxes.not-in-plan',
} as const

export function OpenMailbox({
  account: { limits, used, plan },
  opened,
  cancel,
}: {
  account: OwnAccount
  opened: (mailbox: OpenedMailbox) => void
  cancel: () => void
}) {
  const [localPart, setLocalPart] = useState('')
  const [domain, setDomain] = useState(facts.domains[0]?.name ?? '')
  const [lifetime, setLifetime] = useState(usual)
  const [recoverable, setRecoverable] = useState(false)
  const [tag, setTag] = useState('')
  const [password, setPassword] = useState('')
  const mayRecover = limits.archivedMailboxes !== 0
  const submit = async (): Promise<void> => {
    const body = {
      ...(localPart.trim() ? { localPart: localPart.trim() } : {}),
      ...(limits.chooseDomain && domain ? { domain } : {}),
      ...(lifetime === usual ? {} : { ttlMinutes: ttlOf(lifetime) }),
      ...(recoverable ? { recoverable } : {}),
      ...(tag.trim() ? { tag: tag.trim() } : {}),
      ...(password ? { password } : {}),
    }
    opened(await ask<OpenedMailbox>('POST', '/mailboxes', { body }))
  }
  return (
    <Form action={say('boxes.open')} own={own} submit={submit} cancel={cancel}>
      <p class="form-text mt-0 mb-0">{limitsSaid(limits, used, plan)}</p>
      {limits.customLocalPart && (
        <TextField
          label={say('boxes.local-part')}
          hint={say('boxes.local-part-hint')}
          maxLength={64}
          autoComplete="off"
          autofocus
          value={localPart}
          change={setLocalPart}
        />
      )}
      {limits.chooseDomain && facts.domains.length > 1 && (
        <ChoiceField
          label={say('boxes.domain')}
          value={domain}
          change={setDomain}
          choices={facts.domains.map(({ name }) => [name, name] as const)}
        />
      )}
      <ChoiceField
        label={say('boxes.lifetime')}
        value={lifetime}
        change={setLifetime}
        choices={[[usual, say('boxes.usual-lifetime')], ...lifetimes(limits)]}
      />
      {mayRecover && (
        <Tick
          label={say('boxes.recoverable')}
          hint={say('boxes.recoverable-hint')}
          isOn={recoverable}
          change={setRecoverable}
        />
      )}
      <TextField label={say('boxes.tag')} hint={say('boxes.tag-hint')} maxLength={100} value={tag} change={setTag} />
      <TextField
        label={say('boxes.password')}
        hint={say('boxes.password-hint')}
        type="password"
        autoComplete="new-password"
        minLength={shortestPassword}
        maxLength={256}
        value={password}
        change={setPassword}
      />
    </Form>
  )
}

function limitsSaid(limits: Limits, used: OwnAccount['used'], plan: string): string {
  const parts = [
    limits.activeMailboxes !== null &&
      say('boxes.limit-open', { used: used.activeMailboxes, most: limits.activeMailboxes }),
    limits.inboxesPerDay !== null && say('boxes.limit-day', { used: used.inboxesToday, most: limits.inboxesPerDay }),
    limits.mailboxBytes !== null && say('boxes.limit-bytes', { most: bytes(limits.mailboxBytes) }),
  ].filter((part) => part !== false)
  return parts.length === 0 ? say('boxes.no-limits', { plan }) : say('boxes.limits', { plan, limits: parts.join(', ') })
}

const same = 'same'

export function ChangeMailbox({
  mailbox,
  limits,
  changed,
  cancel,
}: {
  mailbox: ListedMailbox
  limits: Limits
  changed: (mailbox: ListedMailbox) => void
  cancel: () => void
}) {
  const [lifetime, setLifetime] = useState(same)
  const [recoverable, setRecoverable] = useState(mailbox.recoverable)
  const [tag, setTag] = useState(mailbox.tag ?? '')
  const [password, setPassword] = useState('')
  const [hasPassword, setHasPassword] = useState(mailbox.hasPassword)
  const submit = async (): Promise<void> => {
    const isWithout = mailbox.hasPassword && !hasPassword
    const body = {
      ...(lifetime === same ? {} : { ttlMinutes: ttlOf(lifetime) }),
      ...(recoverable === mailbox.recoverable ? {} : { recoverable }),
      ...(tag.trim() === (mailbox.tag ?? '') ? {} : { tag: tag.trim() || null }),
      ...(isWithout ? { password: null } : password ? { password } : {}),
    }
    changed({ ...mailbox, ...(await ask<ListedMailbox>('PATCH', pathOf('mailboxes', mailbox.address), { body })) })
  }
  return (
    <Form action={say('member.save')} own={own} submit={submit} cancel={cancel}>
      <TextField label={say('boxes.tag')} maxLength={100} autofocus value={tag} change={setTag} />
      <ChoiceField
        label={say('boxes.lifetime-from-now')}
        value={lifetime}
        change={setLifetime}
        choices={[[same, say('boxes.same-lifetime')], ...lifetimes(limits)]}
      />
      {(limits.archivedMailboxes !== 0 || mailbox.recoverable) && (
        <Tick
          label={say('boxes.recoverable')}
          hint={say('boxes.recoverable-hint')}
          isOn={recoverable}
          change={setRecoverable}
        />
      )}
      {mailbox.hasPassword && <Tick label={say('boxes.keep-password')} isOn={hasPassword} change={setHasPassword} />}
      {hasPassword === mailbox.hasPassword && (
        <TextField
          label={say('boxes.new-password')}
          type="password"
          autoComplete="new-password"
          minLength={shortestPassword}
          maxLength={256}
          value={password}
          change={setPassword}
        />
      )}
    </Form>
  )
}
