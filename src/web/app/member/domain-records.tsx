// The records that the owner of a domain is to set, part by part, with what the last look found of each.
import { useState } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.tsx'
import { say } from '../words/words.ts'
import type { CustomDomain, WantedRecord } from './domain-list.ts'

export function Records({ domain, addWild }: { domain: CustomDomain; addWild: (() => void) | null }) {
  const { records, unicodeName: name } = domain
  return (
    <section aria-label={say('domains.records')} class="mb-4">
      <h2 class="h5">{say('domains.records')}</h2>
      <p class="text-body-secondary">{say('domains.records-text')}</p>
      <div class="form-stack">
        {records.map((record) => (
          <RecordCard key={record.purpose} record={record}>
            {record.purpose === 'subdomains' && (
              <div class="d-flex flex-wrap align-items-center gap-2 small mt-2">
                <span class="text-body-secondary">{say('domains.subdomains-text', { name })}</span>
                {addWild && (
                  <button type="button" class="btn btn-sm btn-outline-secondary" onClick={addWild}>
                    {say('domains.add-subdomains', { name })}
                  </button>
                )}
              </div>
            )}
          </RecordCard>
        ))}
      </div>
    </section>
  )
}

const words = { found: 'domains.found', missing: 'domains.missing', unknown: 'domains.nobody-knew' } as const

function RecordCard({ record, children }: { record: WantedRecord; children: preact.ComponentChildren }) {
  const { type, name, value, priority, purpose, status, seen, problem, line } = record
  const [isLine, setLine] = useState(false)
  const title = `${type} ${name}`
  return (
    <article class="card-plain record" aria-label={title}>
      <div class="d-flex flex-wrap align-items-center gap-2 mb-2">
        <h3 class="h6 mb-0 me-auto">
          {type} <span class="fw-normal text-body-secondary">{say(`domains.for-${purpose}`)}</span>
        </h3>
        {purpose === 'subdomains' ? (
          <span class="mark mark-optional">{say('domains.optional')}</span>
        ) : (
          status !== null && <span class={`mark mark-${status}`}>{say(words[status])}</span>
        )}
      </div>
      <dl class="record-parts">
        <Part name={say('domains.type')} value={type} of={title} />
        <Part name={say('domains.record-name')} value={name} of={title} />
        <Part name={say('domains.value')} value={value} of={title} />
        {priority !== undefined && <Part name={say('domains.priority')} value={String(priority)} of={title} />}
        {isLine && <Part name={say('domains.line')} value={line} of={title} />}
      </dl>
      {!isLine && (
        <button type="button" class="btn btn-link btn-sm p-0" onClick={() => setLine(true)}>
          {say('domains.line')}
        </button>
      )}
      {status === 'missing' && seen.length > 0 && <Seen name={say('domains.seen')} values={seen} />}
      {status === 'unknown' && problem !== null && <Seen name={say('domains.no-answer')} values={[problem]} />}
      {children}
    </article>
  )
}

function Part({ name, value, of }: { name: string; value: string; of: string }) {
  return (
    <div class="record-part">
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton
          text={value}
          label={say('once.copy', { label: `${name}, ${of}` })}
          look="btn-sm btn-outline-secondary"
        />
      </dd>
    </div>
  )
}

/** As it stands in the DNS, or as a name server put it. */
function Seen({ name, values }: { name: string; values: readonly string[] }) {
  return (
    <p class="small mb-0 mt-2">
      {name}{' '}
      {values.map((value) => (
        <code key={value} class="me-2">
          {value}
        </code>
      ))}
    </p>
  )
}
