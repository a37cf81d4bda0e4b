// Who wrote to whom, about what, and when; the codes first, since they are what one looks for.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.tsx'
import type { Message } from '../shapes.ts'
import { bytes, fullTime, relative } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { Codes } from './codes.tsx'
import { inOneLine } from './plain.ts'

/** `name`: the id of its heading. */
export function MailHead({ message, name }: { message: Message; name: string }) {
  const { subject, from, fromName, to, cc, replyTo, receivedAt, date, size, address } = message
  const writer = inOneLine(fromName)
  return (
    <header class="mail-head">
      <h2 class="mail-subject" id={name} tabIndex={-1}>
        <bdi>{inOneLine(subject) || say('mail.no-subject')}</bdi>
      </h2>
      <Codes codes={message.codes} />
      <dl class="mail-facts">
        <Fact name={say('mail.from')}>
          {writer !== '' && (
            <>
              <bdi class="mail-writer">{writer}</bdi>{' '}
            </>
          )}
          {from === '' ? say('mail.nobody') : <Address text={from} />}
          {from !== '' && <CopyButton text={from} label={say('mail.copy-from')} look="btn-quiet btn-tiny" />}
        </Fact>
        <Addresses name={say('mail.to')} all={to.length > 0 ? to : [address]} />
        {!to.some((one) => one.toLowerCase() === address.toLowerCase()) && to.length > 0 && (
          <Addresses name={say('mail.delivered-to')} all={[address]} />
        )}
        <Addresses name={say('mail.cc')} all={cc} />
        <Addresses name={say('mail.reply-to')} all={replyTo} />
        <Fact name={say('mail.received')}>
          <time dateTime={receivedAt}>{fullTime(receivedAt)}</time>{' '}
          <span class="text-body-secondary">({relative(receivedAt)})</span>
        </Fact>
        {date !== null && (
          <Fact name={say('mail.dated')}>
            <time dateTime={date}>{fullTime(date)}</time>
          </Fact>
        )}
        <Fact name={say('mail.size')}>{bytes(size)}</Fact>
      </dl>
    </header>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const Address = ({ text }: { text: string }) => (
  <bdi dir="ltr" class="mail-address">
    {inOneLine(text)}
  </bdi>
)

const shownAtFirst = 4

function Addresses({ name, all }: { name: string; all: readonly string[] }) {
  const [isWhole, setWhole] = useState(false)
  if (all.length === 0) return null
  const shown = isWhole ? all : all.slice(0, shownAtFirst)
  const rest = all.length - shown.length
  return (
    <Fact name={name}>
      <ul class="mail-addresses">
        {shown.map((one) => (
          <li key={one}>
            <Address text={one} />
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" class="btn btn-link btn-sm p-0" onClick={() => setWhole(true)}>
          {say('mail.more', { count: rest })}
        </button>
      )}
    </Fact>
  )
}
