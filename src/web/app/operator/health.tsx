// How the server is, looked at again and again as long as somebody sees it.
import { useEffect, useState } from 'preact/hooks'
import { ask, useLoaded } from '../member/ask.ts'
import { Tick } from '../member/form.tsx'
import { Moment, Ready } from '../member/view.tsx'
import { bytes, fullTime, span } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { Figures } from './parts.tsx'
import { tell } from './words.ts'

type State = {
  version: string
  startedAt: string
  at: string
  shortage: string | null
  whole: boolean
  queues: Record<'writer' | 'digests' | 'reads' | 'webhooks', number>
  open: Record<'smtp' | 'http' | 'waits' | 'streams', number>
  threadsReplaced: number
  store: Record<'bytes' | 'logBytes' | 'maxBytes' | 'freeBytes' | 'minFreeBytes', number>
  memoryBytes: number
  certificate: { endsAt: string; selfSigned: boolean }
}

const everyMs = 5000
const soonMs = 14 * 86_400_000

export function Health() {
  const health = useLoaded((signal) => ask<State>('GET', '/admin/health', { signal }), [])
  const [isLive, setLive] = useState(true)
  const { reload } = health
  useEffect(() => {
    if (!isLive) return
    const look = (): void => {
      if (document.visibilityState === 'visible') void reload()
    }
    const timer = setInterval(look, everyMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [reload, isLive])
  return (
    <>
      <Tick label={tell('health.live')} hint={tell('health.live-text')} isOn={isLive} change={setLive} />
      <Ready of={health}>{(state) => <Shown state={state} />}</Ready>
    </>
  )
}

function Shown({ state }: { state: State }) {
  const { version, startedAt, at, queues, open, threadsReplaced, store, memoryBytes, certificate } = state
  const count = (value: number): string => say('member.number', { count: value })
  return (
    <>
      <div role="status">
        <Troubles state={state} />
      </div>
      <ul class="meters list-unstyled my-3">
        <Gauge name={tell('health.store')} value={store.bytes} most={store.maxBytes} />
        <li class="card-plain meter-card">
          <span class="text-body-secondary small">{tell('health.free')}</span>
          <span class="meter-count">{bytes(store.freeBytes)}</span>
          <span class="small text-body-secondary">{tell('health.min-free', { least: bytes(store.minFreeBytes) })}</span>
        </li>
        <li class="card-plain meter-card">
          <span class="text-body-secondary small">{tell('health.memory')}</span>
          <span class="meter-count">{bytes(memoryBytes)}</span>
        </li>
        <li class="card-plain meter-card">
          <span class="text-body-secondary small">{tell('health.up')}</span>
          <span class="meter-count">{span((Date.parse(at) - Date.parse(startedAt)) / 1000)}</span>
          <span class="small text-body-secondary">Mayfly {version}</span>
        </li>
      </ul>
      <div class="plots">
        <section aria-label={tell('health.queues')}>
          <h2 class="h5">{tell('health.queues')}</h2>
          <Figures
            of={[
              [tell('health.writer'), count(queues.writer)],
              [tell('health.digests'), count(queues.digests)],
              [tell('health.reads'), count(queues.reads)],
              [tell('health.webhooks'), count(queues.webhooks)],
            ]}
          />
        </section>
        <section aria-label={tell('health.open')}>
          <h2 class="h5">{tell('health.open')}</h2>
          <Figures
            of={[
              [tell('health.smtp'), count(open.smtp)],
              [tell('health.http'), count(open.http)],
              [tell('health.waits'), count(open.waits)],
              [tell('health.streams'), count(open.streams)],
            ]}
          />
        </section>
        <section aria-label={tell('health.else')}>
          <h2 class="h5">{tell('health.else')}</h2>
          <Figures
            of={[
              [tell('health.threads'), count(threadsReplaced)],
              [tell('health.log'), bytes(store.logBytes)],
              [
                tell(certificate.selfSigned ? 'health.own-certificate' : 'health.certificate'),
                fullTime(certificate.endsAt),
              ],
            ]}
          />
        </section>
      </div>
      <p class="text-body-secondary small mt-3 mb-0">
        {tell('health.looked')} <Moment at={at} />. {tell('health.doctor')} <code>mayfly doctor</code>
      </p>
    </>
  )
}

function Troubles({ state: { shortage, whole, certificate, at, store, threadsReplaced } }: { state: State }) {
  const left = Date.parse(certificate.endsAt) - Date.parse(at)
  const troubles = [
    shortage === null ? null : tell('health.shortage', { why: shortage }),
    whole ? null : tell('health.damaged'),
    left < soonMs && !certificate.selfSigned ? tell('health.certificate-ends') : null,
    shortage === null && store.bytes > store.maxBytes * 0.8 ? tell('health.nearly-full') : null,
    threadsReplaced > 0 ? tell('health.threads-text') : null,
  ].filter((one) => one !== null)
  if (troubles.length === 0) return <p class="alert alert-success py-2 mt-3 mb-0">{tell('health.well')}</p>
  return (
    <>
      {troubles.map((one) => (
        <p key={one} class={`alert py-2 mt-3 mb-0 ${shortage !== null || !whole ? 'alert-danger' : 'alert-warning'}`}>
          {one}
        </p>
      ))}
    </>
  )
}

function Gauge({ name, value, most }: { name: string; value: number; most: number }) {
  const share = value / most
  return (
    <li class="card-plain meter-card">
      <span class="text-body-secondary small">{name}</span>
      <span class="meter-count">{bytes(value)}</span>
      <meter
        class={share >= 1 ? 'is-full' : share >= 0.8 ? 'is-near' : ''}
        min={0}
        max={most}
        value={Math.min(value, most)}
        aria-label={name}
      />
      <span class="small text-body-secondary">{say('plan.of', { most: bytes(most) })}</span>
    </li>
  )
}
