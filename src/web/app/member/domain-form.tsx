// Adding a domain: its name is looked at as one types.
import { useState } from 'preact/hooks'
import { type Complaint, complaints } from '../../../domains/complaints.ts'
import { ApiError } from '../api.ts'
import { facts } from '../facts.ts'
import { say } from '../words/words.ts'
import { ask } from './ask.ts'
import type { CustomDomain } from './domain-list.ts'
import { readName } from './domain-name.ts'
import { ChoiceField, Form, TextField } from './form.tsx'

export type Access = CustomDomain['access']

const isAccess = (text: string): text is Access => text === 'private' || text === 'claimed'

export const accessChoices = () =>
  [
    ['private', say('domains.access-private')],
    ['claimed', say('domains.access-claimed')],
  ] as const

export function AccessField({ value, change }: { value: Access; change: (access: Access) => void }) {
  return (
    <ChoiceField
      label={say('domains.access')}
      hint={say('domains.access-hint')}
      value={value}
      change={(text) => {
        if (isAccess(text)) change(text)
      }}
      choices={accessChoices()}
    />
  )
}

const operators = (): string[] => [...facts.domains.map((shared) => shared.name), facts.smtpHost]

const isComplaint = (text: string): text is Complaint => Object.hasOwn(complaints, text)

/** What the server said of a name, if that was it. */
function complaintOf(error: unknown): Complaint | null {
  const said = error instanceof ApiError ? error.fields.find(({ path }) => path === 'body.name')?.message : undefined
  return (
    Object.keys(complaints)
      .filter(isComplaint)
      .find((one) => complaints[one] === said) ?? null
  )
}

export function AddDomain({
  wished = '',
  have,
  added,
  cancel,
}: {
  wished?: string
  /** Those that are there, by their names. */
  have: readonly string[]
  added: (domain: CustomDomain) => void
  cancel: () => void
}) {
  const [name, setName] = useState(wished)
  const [access, setAccess] = useState<Access>('private')
  // Who is still at the first letters is not told that they are no domain.
  const [isTyped, setTyped] = useState(false)
  const { ascii, complaint } = readName(name, operators())
  const isTaken = have.includes(ascii)
  const isHalf = !isTyped && (complaint === 'whole' || (complaint === 'shape' && /[.*-]\s*$/.test(name)))
  const wrong = complaint !== null ? say(`domains.wrong-${complaint}`) : isTaken ? say('domains.have-it') : null
  const isUnlike = wrong === null && ascii !== '' && ascii !== name.trim().toLowerCase().replace(/\.$/, '')
  const submit = async (): Promise<void> => {
    setTyped(true)
    if (wrong !== null || ascii === '') return
    try {
      added(await ask<CustomDomain>('POST', '/domains', { body: { name: ascii, access } }))
    } catch (error) {
      const said = complaintOf(error)
      if (said === null) throw error
      throw new ApiError(400, 'domain-name', say(`domains.wrong-${said}`))
    }
  }
  return (
    <Form
      action={say('domains.new')}
      own={{ 'domain-taken': 'domains.have-it', 'quota-exceeded': 'domains.full' }}
      submit={submit}
      cancel={cancel}
      mayNot={wrong !== null && !isHalf}
    >
      <TextField
        label={say('domains.name')}
        hint={isUnlike ? say('domains.known-as', { name: ascii }) : say('domains.name-hint')}
        error={isHalf ? null : wrong}
        required
        autofocus
        maxLength={300}
        autoComplete="off"
        placeholder="example.com"
        value={name}
        change={(text) => {
          setName(text)
          setTyped(false)
        }}
      />
      <AccessField value={access} change={setAccess} />
    </Form>
  )
}
