// Making a webhook, and changing one.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { say } from '../words/words.ts'
import { ask } from './ask.ts'
import { Form, TextField, TicksField } from './form.tsx'
import { type MadeWebhook, nativeEvents, type Webhook } from './webhook-list.ts'

const own = { 'quota-exceeded': 'hooks.no-more', 'mailbox-unknown': 'hooks.mailbox-unknown' } as const
const eventChoices = () => nativeEvents.map((event) => [event, say(`hooks.${event}`)] as const)

export function MakeWebhook({ made, cancel }: { made: (hook: MadeWebhook) => void; cancel: () => void }) {
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<string[]>([...nativeEvents])
  const [mailbox, setMailbox] = useState('')
  const submit = async (): Promise<void> => {
    const body = { url: url.trim(), events, ...(mailbox.trim() ? { mailbox: mailbox.trim() } : {}) }
    made(await ask<MadeWebhook>('POST', '/webhooks', { body }))
  }
  return (
    <Form action={say('hooks.make')} own={own} submit={submit} cancel={cancel} mayNot={events.length === 0}>
      <TextField
        label={say('hooks.url')}
        hint={say('hooks.url-hint')}
        type="url"
        required
        autofocus
        maxLength={2000}
        placeholder="https://example.com/hook"
        value={url}
        change={setUrl}
      />
      <TicksField label={say('hooks.events')} chosen={events} change={setEvents} choices={eventChoices()} />
      <TextField
        label={say('hooks.mailbox')}
        hint={say('hooks.mailbox-hint')}
        maxLength={320}
        value={mailbox}
        change={setMailbox}
      />
    </Form>
  )
}

export function ChangeWebhook({
  hook,
  changed,
  cancel,
}: {
  hook: Webhook
  changed: (hook: Webhook) => void
  cancel: () => void
}) {
  const [url, setUrl] = useState(hook.url)
  const [events, setEvents] = useState<string[]>(hook.events)
  const isNative = hook.form === 'native'
  const submit = async (): Promise<void> => {
    const body = { url: url.trim(), ...(isNative ? { events } : {}) }
    changed(await ask<Webhook>('PATCH', pathOf('webhooks', hook.id), { body }))
  }
  return (
    <Form action={say('member.save')} submit={submit} cancel={cancel} mayNot={events.length === 0}>
      <TextField
        label={say('hooks.url')}
        hint={say('hooks.url-hint')}
        type="url"
        required
        autofocus
        maxLength={2000}
        value={url}
        change={setUrl}
      />
      {isNative && (
        <TicksField label={say('hooks.events')} chosen={events} change={setEvents} choices={eventChoices()} />
      )}
    </Form>
  )
}
