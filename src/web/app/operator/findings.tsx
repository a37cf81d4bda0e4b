// What a doctor found, check by check.

import { Moment } from '../member/view.tsx'
import { Icon } from '../parts/icon.tsx'
import { tell } from './words.ts'

export type Finding = {
  check: string
  level: 'ok' | 'note' | 'wrong'
  says: string
  mend: string | null
  asked: string[]
  answered: string[]
}
export type Report = { at: string; outcome: Finding['level']; items: Finding[] }

const icons = { ok: 'check', note: 'help', wrong: 'warning' } as const

/** The server says it in English. */
export function Findings({ report: { at, outcome, items } }: { report: Report }) {
  return (
    <section class="card-plain" aria-label={tell('doctor.report')}>
      <p class="d-flex flex-wrap gap-2 mb-2">
        <strong>{tell(`doctor.${outcome}`)}</strong>
        <span class="text-body-secondary">
          <Moment at={at} />
        </span>
      </p>
      <ul class="list-unstyled findings mb-0" lang="en">
        {items.map((one) => (
          <li key={`${one.check} ${one.says}`} class={`finding finding-${one.level}`}>
            <Icon name={icons[one.level]} />
            <div class="row-main">
              <p class="mb-0">
                <span class="visually-hidden">{tell(`doctor.level-${one.level}`)}: </span>
                {one.says}
              </p>
              {one.mend !== null && <p class="text-body-secondary small mb-0">→ {one.mend}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
