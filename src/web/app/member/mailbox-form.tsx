// Opening a mailbox with all that can be chosen, and changing one.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { facts, type Limits } from '../facts.ts'
import type { List, OpenedMailbox } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { ask, useLoaded } from './ask.ts'
import type { CustomDomain } from './domain-list.ts'
import { ChoiceField, Form, TextField, Tick } from './form.tsx'
import { lifetimes, ttlOf } from './lifetimes.ts'
import type { ListedMailbox } from './mailbox-list.ts'
import type { OwnAccount } from './plans.ts'

const shortestPassword = 6
const usual = 'usual'

const ownWords = {
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
  const [wished, setWished] = useState<string | null>(null)
  const [lifetime, setLifetime] = useState(usual)
  const [recoverable, setRecoverable] = useState(false)
  const [tag, setTag] = useState('')
  const [password, setPassword] = useState('')
  const own = useLoaded((signal) => ask<List<CustomDomain>>('GET', '/domains', { signal }), [])
  const domains = openable(limits, own.value?.items ?? [])
  const domain = wished ?? domains[0]?.name ?? ''
  const mayRecover = limits.archivedMailboxes !== 0
  const submit = async (): Promise<void> => {
    const body = {
      ...(localPart.trim() ? { localPart: localPart.trim() } : {}),
      ...(domains.length > 1 ? { domain } : {}),
      ...(lifetime === usual ? {} : { ttlMinutes: ttlOf(lifetime) }),
      ...(recoverable ? { recoverable } : {}),
      ...(tag.trim() ? { tag: tag.trim() } : {}),
      ...(password ? { password } : {}),
    }
    opened(await ask<OpenedMailbox>('POST', '/mailboxes', { body }))
  }
  return (
    <Form action={say('boxes.open')} own={ownWords} submit={submit} cancel={cancel}>
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
      {domains.length > 1 && (
        <ChoiceField
          label={say('boxes.domain')}
          value={domain}
          change={setWished}
          choices={domains.map(({ name, shown }) => [name, shown] as const)}
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

/** The domains at which a mailbox may be opened: one's own are one's own on any plan. */
function openable({ chooseDomain }: Limits, own: readonly CustomDomain[]): { name: string; shown: string }[] {
  const shared = chooseDomain ? facts.domains : facts.domains.slice(0, 1)
  const taking = own.filter(({ state }) => state === 'verified' || state === 'failing')
  return [
    ...shared.map(({ name }) => ({ name, shown: name })),
    ...taking.map(({ name, unicodeName }) => ({ name, shown: unicodeName })),
  ]
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
    <Form action={say('member.save')} own={ownWords} submit={submit} cancel={cancel}>
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
