// The form of one call: filled, sent from this page, and what came.
import { useEffect, useRef, useState } from 'preact/hooks'
import { ChoiceField, LinesField, TextField } from '../member/form.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { session } from '../session.ts'
import type { Say } from '../words/guide-words.ts'
import { bytes } from '../words/shown.ts'
import { Shown } from './example.tsx'
import type { Credential, Field, Operation, Parameter } from './operations.ts'
import { looksRight, ownKey } from './own-key.tsx'
import { type Came, curlLine, type Filled, pathOf, send } from './send.ts'

/** The line of the request stays as it was sent, whatever is filled in meanwhile. */
type Sent = { line: string; curl: string; came: Came | null; isBroken: boolean }

export function TryCall({ operation, say }: { operation: Operation; say: Say }) {
  const ways = waysOf(operation)
  const [by, setBy] = useState<Credential | null>(null)
  const [parameters, setParameters] = useState<Record<string, string>>({})
  const [body, setBody] = useState(operation.body?.sample ?? '')
  const [form, setForm] = useState<Record<string, string>>({})
  const [files, setFiles] = useState<File[]>([])
  const [sent, setSent] = useState<Sent | null>(null)
  const [stopping, setStopping] = useState<AbortController | null>(null)
  const here = useRef<AbortController | null>(null)
  useEffect(() => () => here.current?.abort(), [])

  const chosen = ways.find((way) => way === by) ?? usual(ways)
  const needsKey = chosen === 'bearer' || chosen === 'header'
  const missing = operation.parameters.filter((one) => one.isRequired && (parameters[one.name] ?? '') === '')
  const isBodyWrong = operation.body !== null && operation.body.sample !== null && !isJson(body)
  const mayNot = missing.length > 0 || isBodyWrong || (needsKey && !looksRight(ownKey.value))

  const start = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (mayNot || stopping) return
    const filled: Filled = { by: chosen, key: ownKey.value, parameters, body, form, files }
    const own = new AbortController()
    here.current = own
    setStopping(own)
    const line = `${operation.method} ${pathOf(operation, parameters)}`
    const first: Sent = { line, curl: curlLine(operation, filled), came: null, isBroken: false }
    setSent(first)
    let last: Came | null = null
    try {
      await send(operation, filled, {
        signal: own.signal,
        tell: (came) => {
          last = came
          setSent({ ...first, came })
        },
      })
    } catch {
      setSent({ ...first, came: last, isBroken: true })
    } finally {
      setStopping(null)
    }
  }

  return (
    <form class="form-stack" onSubmit={start}>
      {ways.length > 1 && (
        <ChoiceField
          label={say('try.by')}
          value={chosen}
          change={(value) => setBy(ways.find((one) => one === value) ?? chosen)}
          choices={ways.map((way) => [
            way,
            say(`try.by-${way}`, { email: session.value ? session.value.member.email : '' }),
          ])}
        />
      )}
      {operation.parameters.map((one) => (
        <ParameterField
          key={one.name}
          field={one}
          say={say}
          value={parameters[one.name] ?? ''}
          change={(value) => setParameters({ ...parameters, [one.name]: value })}
        />
      ))}
      {operation.body !== null && operation.body.sample !== null && (
        <>
          <LinesField
            label={say('try.body')}
            value={body}
            change={setBody}
            error={isBodyWrong ? say('try.body-wrong') : null}
          />
          <Fields fields={operation.body.fields} say={say} />
        </>
      )}
      {operation.body !== null &&
        operation.body.sample === null &&
        operation.body.fields.map((field) =>
          field.name === 'files' ? (
            <label key={field.name} class="form-label">
              {field.name}
              <input
                type="file"
                multiple
                class="form-control"
                onChange={({ currentTarget }) => setFiles([...(currentTarget.files ?? [])])}
              />
            </label>
          ) : (
            <ParameterField
              key={field.name}
              field={field}
              say={say}
              value={form[field.name] ?? ''}
              change={(value) => setForm({ ...form, [field.name]: value })}
            />
          ),
        )}
      {missing.length > 0 && (
        <p class="call-note">{say('try.missing', { names: missing.map(({ name }) => name).join(', ') })}</p>
      )}
      {needsKey && !looksRight(ownKey.value) && <p class="call-note">{say('try.no-key')}</p>}
      <div class="d-flex flex-wrap align-items-center gap-2">
        <button type="submit" class="btn btn-primary" disabled={mayNot || stopping !== null}>
          {say('try.send')}
        </button>
        {stopping && (
          <>
            <button type="button" class="btn btn-outline-secondary" onClick={() => stopping.abort()}>
              {say('try.stop')}
            </button>
            <span class="spinner-border spinner-border-sm" aria-hidden="true" />
          </>
        )}
      </div>
      <div role="status">{stopping ? say('try.sending') : ''}</div>
      {sent && <WhatCame sent={sent} say={say} />}
    </form>
  )
}

/** How one may call: by the cookie too where somebody is signed in. */
function waysOf({ credentials }: Operation): Credential[] {
  const order: readonly Credential[] = ['session', 'bearer', 'header', 'nobody']
  return order.filter((one) => credentials.includes(one) && (one !== 'session' || Boolean(session.value)))
}

/** Who has put no key in and needs none would be told to do so. */
const usual = (ways: readonly Credential[]): Credential =>
  ways.find((way) => way === 'session' || way === 'nobody' || looksRight(ownKey.value)) ?? ways[0] ?? 'nobody'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const noteOf = ({ type, isRequired, description }: Field, say: Say): string =>
  [isRequired ? say('try.required') : '', type, description].filter((part) => part !== '').join(' · ')

function ParameterField({
  field,
  say,
  value,
  change,
}: {
  field: Field | Parameter
  say: Say
  value: string
  change: (value: string) => void
}) {
  const { name, choices } = field
  const hint = noteOf(field, say)
  if (choices.length > 0)
    return (
      <ChoiceField
        label={name}
        hint={hint}
        value={value}
        change={change}
        choices={[['', '–'], ...choices.map((one): [string, string] => [one, one])]}
      />
    )
  return <TextField label={name} hint={hint} value={value} change={change} autoComplete="off" />
}

function Fields({ fields, say }: { fields: readonly Field[]; say: Say }) {
  if (fields.length === 0) return null
  return (
    <dl class="variables">
      {fields.map((field) => (
        <div key={field.name}>
          <dt>
            <code>{field.name}</code>
          </dt>
          <dd lang="en">{noteOf(field, say)}</dd>
        </div>
      ))}
    </dl>
  )
}

function WhatCame({ sent: { line, curl, came, isBroken }, say }: { sent: Sent; say: Say }) {
  return (
    <section class="came" aria-label={say('try.answer')}>
      <h3 class="h6">{say('try.request')}</h3>
      <p class="mb-2">
        <code>{line}</code>
      </p>
      {came && (
        <>
          <h3 class="h6">{say('try.answer')}</h3>
          <p class="mb-1">
            <strong class={came.status < 400 ? 'status-good' : 'status-bad'}>
              {came.status} {came.statusText}
            </strong>
          </p>
          <ul class="came-headers">
            {came.headers.map(([name, value]) => (
              <li key={name}>
                <code>
                  {name}: {value}
                </code>
              </li>
            ))}
          </ul>
          <CameBody came={came} say={say} />
        </>
      )}
      {isBroken && <p class="mail-warning">{say('try.broken')}</p>}
      <h3 class="h6">{say('try.curl')}</h3>
      <Shown label={say('try.curl')} text={curl} />
      <CopyButton text={curl} label={say('docs.copy')} look="btn-outline-secondary btn-sm" />
    </section>
  )
}

function CameBody({ came: { body, isWhole }, say }: { came: Came; say: Say }) {
  if ('bytes' in body) return <p class="call-note">{say('try.bytes', { size: bytes(body.bytes) })}</p>
  if (body.text === '') return isWhole ? <p class="call-note">{say('try.empty')}</p> : null
  return (
    <>
      <Shown label={say('try.body-came')} text={body.text} />
      {body.isCut && <p class="call-note">{say('try.cut')}</p>}
    </>
  )
}
