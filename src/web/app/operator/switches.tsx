// What is on and what is off, in force at once; and what the config alone says.
import { useId, useState } from 'preact/hooks'
import { facts } from '../facts.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { Ready } from '../member/view.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { say } from '../words/words.ts'
import { Figures, useDoing } from './parts.tsx'
import { tell } from './words.ts'

const registrations = ['off', 'invitation', 'open'] as const
type Registration = (typeof registrations)[number]
type Settings = {
  developerApi: boolean
  registration: Registration
  dialects: Record<string, boolean>
  changed: string[]
}
type Wish = {
  developerApi?: boolean | null
  registration?: Registration | null
  dialects?: Record<string, boolean | null>
}
type Asked = { title: string; text: string; wish: Wish }

/** As people write them. */
const names: Record<string, string> = {
  run2mail: 'Run2Mail',
  dustmail: 'DustMail',
  minutemail: 'MinuteMail',
  mailcx: 'Mail.cx',
  mailfade: 'MailFade',
}

export function Switches() {
  const settings = useLoaded((signal) => ask<Settings>('GET', '/admin/settings', { signal }), [])
  const [asked, setAsked] = useState<Asked | null>(null)
  const { isBusy, attempt } = useDoing()
  const set = (wish: Wish): Promise<void> =>
    attempt(async () => {
      const answer = await ask<Settings>('PATCH', '/admin/settings', { body: wish })
      setAsked(null)
      settings.put(() => answer)
    }, say('member.saved'))
  return (
    <>
      <p class="text-body-secondary">{tell('switches.what')}</p>
      <Ready of={settings}>
        {({ developerApi, registration, dialects, changed }) => (
          <>
            <section class="card-plain" aria-label={tell('switches.access')}>
              <Toggle
                label={tell('switches.api')}
                text={tell('switches.api-text')}
                isOn={developerApi}
                isBusy={isBusy}
                change={(isOn) => {
                  const wish = { developerApi: isOn }
                  if (isOn) void set(wish)
                  else setAsked({ title: tell('switches.api-off'), text: tell('switches.api-off-text'), wish })
                }}
                reset={changed.includes('developerApi') ? () => void set({ developerApi: null }) : null}
              />
              <RegistrationLine
                value={registration}
                isBusy={isBusy}
                change={(value) => void set({ registration: value })}
                reset={changed.includes('registration') ? () => void set({ registration: null }) : null}
              />
            </section>
            <h2 class="h5">{tell('switches.apis')}</h2>
            <section class="card-plain" aria-label={tell('switches.apis')}>
              {Object.entries(dialects).map(([name, isOn]) => (
                <Toggle
                  key={name}
                  label={names[name] ?? name}
                  text={null}
                  isOn={isOn}
                  isBusy={isBusy}
                  change={(isOn) => {
                    const wish = { dialects: { [name]: isOn } }
                    const title = tell('switches.dialect-off', { name: names[name] ?? name })
                    if (isOn) void set(wish)
                    else setAsked({ title, text: tell('switches.dialect-off-text'), wish })
                  }}
                  reset={changed.includes(`dialects.${name}`) ? () => void set({ dialects: { [name]: null } }) : null}
                />
              ))}
            </section>
          </>
        )}
      </Ready>
      <h2 class="h5">{tell('switches.config')}</h2>
      <p class="text-body-secondary">{tell('switches.config-text')}</p>
      <Figures
        of={[
          ['http.anonymous_mailboxes', say(facts.anonymousMailboxes ? 'member.yes' : 'member.no')],
          ['server.public_url', facts.publicUrl ?? '–'],
          ['smtp.hostname', facts.smtpHost],
          ['page.notice', facts.notice ?? '–'],
        ]}
      />
      {asked && (
        <Confirm
          title={asked.title}
          text={asked.text}
          action={tell('switches.switch-off')}
          isBusy={isBusy}
          run={() => void set(asked.wish)}
          close={() => setAsked(null)}
        />
      )}
    </>
  )
}

function Reset({ reset, isBusy }: { reset: (() => void) | null; isBusy: boolean }) {
  if (!reset) return <span class="small text-body-secondary">{tell('switches.as-config')}</span>
  return (
    <button type="button" class="btn btn-sm btn-outline-secondary" disabled={isBusy} onClick={reset}>
      {tell('switches.reset')}
    </button>
  )
}

function Toggle({
  label,
  text,
  isOn,
  isBusy,
  change,
  reset,
}: {
  label: string
  text: string | null
  isOn: boolean
  isBusy: boolean
  change: (isOn: boolean) => void
  /** Null: it is as the config has it. */
  reset: (() => void) | null
}) {
  const id = useId()
  return (
    <div class="switch-line">
      <div class="form-check form-switch me-auto row-main">
        <input
          id={id}
          type="checkbox"
          role="switch"
          class="form-check-input"
          checked={isOn}
          aria-checked={isOn}
          disabled={isBusy}
          aria-describedby={text === null ? undefined : `${id}-text`}
          onClick={(event) => {
            // It turns when the server has turned.
            event.preventDefault()
            change(!isOn)
          }}
        />
        <label class="form-check-label" for={id}>
          {label}
        </label>
        {text !== null && (
          <div id={`${id}-text`} class="form-text">
            {text}
          </div>
        )}
      </div>
      <Reset reset={reset} isBusy={isBusy} />
    </div>
  )
}

function RegistrationLine({
  value,
  isBusy,
  change,
  reset,
}: {
  value: Registration
  isBusy: boolean
  change: (value: Registration) => void
  reset: (() => void) | null
}) {
  const id = useId()
  return (
    <div class="switch-line">
      <div class="me-auto row-main">
        <label class="form-label" for={id}>
          {tell('switches.registration')}
        </label>
        <select
          id={id}
          class="form-select"
          value={value}
          disabled={isBusy}
          onChange={({ currentTarget }) => {
            const wished = registrations.find((one) => one === currentTarget.value)
            if (wished) change(wished)
          }}
        >
          {registrations.map((one) => (
            <option key={one} value={one}>
              {tell(`switches.registration-${one}`)}
            </option>
          ))}
        </select>
        <div class="form-text">{tell('switches.registration-text')}</div>
      </div>
      <Reset reset={reset} isBusy={isBusy} />
    </div>
  )
}
