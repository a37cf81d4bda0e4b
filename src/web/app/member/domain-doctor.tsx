// The doctor of a domain: what was asked, what was answered, and the mend.
import { useEffect, useRef, useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { type Key, say } from '../words/words.ts'
import { ask, tellOf } from './ask.ts'
import type { Level, Report } from './domain-list.ts'
import { useSeconds } from './use-seconds.ts'
import { Moment } from './view.tsx'

/** The server's bound. */
const mostSeconds = 15

const words = { 'rate-exceeded': 'domains.too-often' } as const

export function Doctor({ name }: { name: string }) {
  const [report, setReport] = useState<Report | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [begunAt, setBegunAt] = useState<number | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [name])
  const run = async (): Promise<void> => {
    if (begunAt !== null) return
    const own = new AbortController()
    const { signal } = own
    running.current = own
    setBegunAt(Date.now())
    setError(null)
    try {
      setReport(await ask<Report>('GET', `${pathOf('domains', name)}/doctor`, { signal }))
    } catch (error) {
      if (signal.aborted) return
      setError(tellOf(error, words))
    }
    setBegunAt(null)
  }
  return (
    <section aria-label={say('domains.doctor')} class="mb-4">
      <h2 class="h5">{say('domains.doctor')}</h2>
      <p class="text-body-secondary">{say('domains.doctor-text')}</p>
      <button
        type="button"
        class="btn btn-outline-secondary mb-3"
        disabled={begunAt !== null}
        onClick={() => void run()}
      >
        {say(report ? 'domains.doctor-again' : 'domains.doctor-run')}
      </button>
      {error !== null && (
        <div class="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {begunAt !== null && <Progress begunAt={begunAt} />}
      {report && begunAt === null && <Findings report={report} />}
    </section>
  )
}

function Progress({ begunAt }: { begunAt: number }) {
  useSeconds(0.5)
  const count = Math.min(Math.round((Date.now() - begunAt) / 1000), mostSeconds)
  const label = say('domains.doctor-busy', { count })
  return (
    <div class="card-plain">
      <progress class="w-100" max={mostSeconds} value={count} aria-label={say('domains.doctor')} />
      <p class="small text-body-secondary mb-0">{label}</p>
    </div>
  )
}

const checks: Record<string, Key> = {
  standing: 'domains.check-standing',
  dns: 'domains.check-dns',
  txt: 'domains.check-txt',
  mx: 'domains.check-mx',
  target: 'domains.check-target',
  wildcard: 'domains.check-wildcard',
  host: 'domains.check-host',
  ptr: 'domains.check-ptr',
  port: 'domains.check-port',
  reach: 'domains.check-reach',
  certificate: 'domains.check-certificate',
}

const order: readonly Level[] = ['wrong', 'note', 'ok']

function Findings({ report: { at, items, outcome } }: { report: Report }) {
  const wrong = items.filter(({ level }) => level === 'wrong').length
  const key = `domains.outcome-${outcome}` as const
  const sorted = items.toSorted((one, other) => order.indexOf(one.level) - order.indexOf(other.level))
  return (
    <>
      <p role="status">
        <strong>{say(key, { count: wrong })}</strong>{' '}
        <span class="text-body-secondary">
          {say('domains.doctor-done')} <Moment at={at} />
        </span>
      </p>
      <ul class="rows" aria-label={say('domains.doctor')}>
        {sorted.map((one, index) => (
          <FindingRow key={index} finding={one} />
        ))}
      </ul>
    </>
  )
}

function FindingRow({ finding: { check, level, says, mend, asked, answered } }: { finding: Report['items'][number] }) {
  const name = checks[check]
  return (
    <li class="row-line">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <span class="row-name">{name ? say(name) : check}</span>
          <span class={`mark mark-${level}`}>{say(`domains.level-${level}`)}</span>
        </div>
        {/* What the server found is said as the server says it. */}
        <p class="mb-1" lang="en">
          {says}
        </p>
        {mend !== null && (
          <p class="mb-1">
            <strong>{say('domains.mend')}</strong> <span lang="en">{mend}</span>
          </p>
        )}
        {asked.length > 0 && (
          <details class="small">
            <summary>{say('domains.asked')}</summary>
            <Lines name={say('domains.asked-what')} lines={asked} />
            <Lines name={say('domains.answered-what')} lines={answered} />
          </details>
        )}
      </div>
    </li>
  )
}

function Lines({ name, lines }: { name: string; lines: readonly string[] }) {
  return (
    <div class="mt-1">
      <span class="text-body-secondary">{name}:</span>
      {lines.length === 0 ? (
        ` ${say('domains.nothing-answered')}`
      ) : (
        <ul class="mb-0">
          {lines.map((line) => (
            <li key={line}>
              <code>{line}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
