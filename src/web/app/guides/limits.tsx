// What each plan of this server allows programs.
import { facts, type Limits } from '../facts.ts'
import type { GuideKey, Say } from '../words/guide-words.ts'
import { span } from '../words/shown.ts'

type Column = { title: GuideKey; shown: (limits: Limits, say: Say) => string }

const count = (value: number | null, say: Say): string =>
  value === null ? say('docs.limits.none') : say('docs.limits.number', { count: value })

const time = (minutes: number | null, say: Say): string =>
  minutes === null ? say('docs.limits.none') : span(minutes * 60)

const columns: readonly Column[] = [
  {
    title: 'docs.limits.minute',
    shown: ({ requestsPerMinute, burst }, say) =>
      requestsPerMinute !== null && burst !== null
        ? say('docs.limits.burst', { count: requestsPerMinute, burst })
        : count(requestsPerMinute, say),
  },
  { title: 'docs.limits.day', shown: ({ requestsPerDay }, say) => count(requestsPerDay, say) },
  { title: 'docs.limits.month', shown: ({ requestsPerMonth }, say) => count(requestsPerMonth, say) },
  { title: 'docs.limits.inboxes', shown: ({ inboxesPerDay }, say) => count(inboxesPerDay, say) },
  { title: 'docs.limits.active', shown: ({ activeMailboxes }, say) => count(activeMailboxes, say) },
  { title: 'docs.limits.life', shown: ({ maxTtlMinutes }, say) => time(maxTtlMinutes, say) },
  { title: 'docs.limits.kept', shown: ({ retentionMinutes }, say) => time(retentionMinutes, say) },
]

export function LimitsOfPlans({ say }: { say: Say }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="wide-table" aria-label={say('docs.limits.table')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('docs.limits.plan')}</th>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {say(title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.plans.map(({ name, limits }) => (
            <tr key={name}>
              <th scope="row">{name === 'anonymous' ? say('docs.limits.anonymous') : name}</th>
              {columns.map(({ title, shown }) => (
                <td key={title}>{shown(limits, say)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
