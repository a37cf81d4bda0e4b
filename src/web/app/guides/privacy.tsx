// What is stored, and for how long: the numbers are those of this server's config.
import type { ComponentChildren } from 'preact'
import { facts } from '../facts.ts'
import { useTitle, Waiting } from '../member/view.tsx'
import type { GuideWords, Say } from '../words/guide-words.ts'
import { span } from '../words/shown.ts'
import { Prose } from './prose.tsx'
import { sayingOf, useGuideWords } from './use-guide-words.ts'

export function Privacy() {
  const words = useGuideWords()
  return words === null ? <Waiting /> : <Told words={words} />
}

function Told({ words }: { words: GuideWords }) {
  const say = sayingOf(words)
  useTitle(say('privacy.title'))
  const { sessionDays } = facts.kept
  // `__Host-`: browsers then keep to TLS; the server gives it this name where people reach it by https.
  const cookie = facts.publicUrl?.startsWith('https:') ? '__Host-mayfly' : 'mayfly'
  const open = facts.domains.filter(({ access }) => access === 'public').map(({ name }) => name)
  return (
    <article class="guide-text">
      <h1 class="guide-title">{say('privacy.title')}</h1>
      <p class="lead-text">{say('privacy.lead')}</p>
      <h2>{say('privacy.cookie.title')}</h2>
      <p>
        <Prose text={say('privacy.cookie.session', { name: cookie, days: sessionDays })} />
      </p>
      <p>{say('privacy.cookie.nothing')}</p>
      <h2>{say('privacy.browser.title')}</h2>
      <p>{say('privacy.browser.text')}</p>
      <h2>{say('privacy.mail.title')}</h2>
      <Kept
        title={say('privacy.mail.table')}
        heads={[say('privacy.mail.where'), say('privacy.mail.kept')]}
        rows={mailRows(say)}
      />
      <ul>
        <li>{say('privacy.mail.ends')}</li>
        {facts.quarantineHours > 0 && <li>{say('privacy.mail.quarantine', { count: facts.quarantineHours })}</li>}
        {facts.apis.includes('mailcx') && <li>{say('privacy.mail.idle', { count: facts.keyless.mailcx.idleDays })}</li>}
        {open.length > 0 && <li>{say('privacy.mail.public', { domains: open.join(', ') })}</li>}
        <li>{say('privacy.mail.remote')}</li>
      </ul>
      <h2>{say('privacy.other.title')}</h2>
      <Kept
        title={say('privacy.other.table')}
        heads={[say('privacy.other.what'), say('privacy.other.long')]}
        rows={otherRows(say)}
      />
      <h2>{say('privacy.log.title')}</h2>
      <p>{say('privacy.log.text')}</p>
    </article>
  )
}

type Row = readonly [what: string, long: string]

function mailRows(say: Say): Row[] {
  const time = (minutes: number | null): string => (minutes === null ? say('privacy.mail.always') : span(minutes * 60))
  const plans = facts.plans.filter(({ name }) => name !== 'anonymous' || facts.anonymousMailboxes)
  return [
    [say('privacy.mail.unclaimed'), time(facts.unclaimedRetentionMinutes)],
    ...plans.map(
      ({ name, limits }): Row => [
        name === 'anonymous' ? say('privacy.mail.anonymous') : say('privacy.mail.plan', { plan: name }),
        time(limits.retentionMinutes),
      ],
    ),
  ]
}

function otherRows(say: Say): Row[] {
  const { sessionDays, usageDays, auditDays, refusals, deliveredHours, deliveryHours } = facts.kept
  const days = (count: number): string => say('privacy.other.days', { count })
  const hours = (count: number): string => say('privacy.other.hours', { count })
  return [
    [say('privacy.other.account'), say('privacy.other.account-long')],
    [say('privacy.other.sessions'), say('privacy.other.sessions-long', { days: sessionDays })],
    [say('privacy.other.keys'), say('privacy.other.keys-long', { days: auditDays })],
    [say('privacy.other.usage'), days(usageDays)],
    [say('privacy.other.audit'), days(auditDays)],
    [say('privacy.other.refusals'), say('privacy.other.refusals-long', { count: refusals })],
    [say('privacy.other.events'), hours(facts.eventHours)],
    [
      say('privacy.other.deliveries'),
      say('privacy.other.deliveries-long', { delivered: hours(deliveredHours), all: hours(deliveryHours) }),
    ],
    [say('privacy.other.invoices'), say('privacy.other.invoices-long')],
  ]
}

function Kept({ title, heads, rows }: { title: string; heads: readonly [string, string]; rows: readonly Row[] }) {
  const head = (text: string): ComponentChildren => <th scope="col">{text}</th>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="wide-table" aria-label={title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head(heads[0])}
            {head(heads[1])}
          </tr>
        </thead>
        <tbody>
          {rows.map(([what, long]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{long}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
