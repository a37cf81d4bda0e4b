// How a domain stands: its word, its colour, what it means, and since when and until when.
import type { ComponentChildren } from 'preact'
import { serverNow } from '../api.ts'
import { facts } from '../facts.ts'
import type { Line } from '../live.ts'
import { fullTime } from '../words/shown.ts'
import { language, say } from '../words/words.ts'
import { type CustomDomain, isFoundOnly } from './domain-list.ts'
import { Moment } from './view.tsx'

export function StateMark({ domain: { state } }: { domain: Pick<CustomDomain, 'state'> }) {
  return <span class={`mark mark-${state}`}>{say(`domains.${state}`)}</span>
}

function meaningOf(domain: CustomDomain): string {
  const { state, byHand } = domain
  if (state === 'verified' && byHand) return say('domains.verified-hand')
  if (state === 'pending' && !facts.asksDns) return say('domains.pending-hand')
  if (isFoundOnly(domain)) return say('domains.found-only')
  return say(`domains.${state}-text`)
}

export function Meaning({ domain, isSmall = false }: { domain: CustomDomain; isSmall?: boolean }) {
  return <p class={isSmall ? 'small mb-1' : 'mb-2'}>{meaningOf(domain)}</p>
}

/** When it was looked at, and what else there is to know of its time. */
export function Times({ domain }: { domain: CustomDomain }) {
  const { state, byHand, checkedAt, nextCheckAt, verifiedAt, lapsesAt, createdAt } = domain
  const isLookedAt = facts.asksDns && !byHand
  return (
    <dl class="times">
      {isLookedAt && (
        <Time name={say('domains.looked-at')}>
          {checkedAt === null ? say('domains.not-looked-at') : <Moment at={checkedAt} />}
        </Time>
      )}
      {isLookedAt && nextCheckAt !== null && (
        <Time name={say('domains.next-look')}>
          {Date.parse(nextCheckAt) <= serverNow() ? say('domains.now') : <Moment at={nextCheckAt} />}
        </Time>
      )}
      {verifiedAt !== null && (
        <Time name={say(state === 'verified' ? 'domains.verified-since' : 'domains.last-verified')}>
          <Whole at={verifiedAt} />
        </Time>
      )}
      {lapsesAt !== null && (
        <Time name={say('domains.taken-until')}>
          <Whole at={lapsesAt} />
        </Time>
      )}
      <Time name={say('domains.added-at')}>
        <Moment at={createdAt} />
      </Time>
    </dl>
  )
}

function Time({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Whole({ at }: { at: string }) {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <time dateTime={at} title={fullTime(at)}>
      {format.format(new Date(at))}
    </time>
  )
}

/** Whether changes come by themselves. */
export function LiveNote({ line }: { line: Line | null }) {
  const isDown = line?.state.value === 'down'
  return (
    <p class="line-state small text-body-secondary mb-3" role="status">
      <span class={`line-dot is-${line?.state.value ?? 'connecting'}`} aria-hidden="true" />{' '}
      {say(isDown ? 'domains.not-live' : 'domains.live')}
    </p>
  )
}
