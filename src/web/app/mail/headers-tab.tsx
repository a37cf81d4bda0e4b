// The header as it is written, and the path that it tells of.
import { useEffect, useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { fullTime, span } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { beginningOf } from './download.ts'
import { fieldsOf, type Hop, hopsOf } from './hops.ts'
import { withNames } from './plain.ts'
import type { TabProps } from './tabs.tsx'

const traceBytes = 16 * 1024

export function HeadersTab({ message: { id, headers }, token }: TabProps) {
  const [ours, setOurs] = useState<{ name: string; value: string }[]>([])
  useEffect(() => {
    const controller = new AbortController()
    const isEnough = (text: string): boolean => fieldsOf(text).length > 2
    beginningOf(`/messages${pathOf(id)}/raw?trace=1`, token, traceBytes, isEnough, controller.signal)
      .then(({ text }) => setOurs(fieldsOf(text).slice(0, 2)))
      // Then the path ends before this server.
      .catch(() => {})
    return () => controller.abort()
  }, [id, token])
  const all = [...ours, ...headers]
  const whole = all.map(({ name, value }) => `${name}: ${value}`).join('\n')
  return (
    <>
      <Path hops={hopsOf(all)} />
      <div class="d-flex align-items-center gap-2 mb-2">
        <h3 class="h6 mb-0 me-auto">{say('mail.headers.count', { count: all.length })}</h3>
        <CopyButton text={whole} label={say('mail.headers.copy-all')} />
      </div>
      <table class="mail-headers">
        <thead class="visually-hidden">
          <tr>
            <th>{say('mail.headers.name')}</th>
            <th>{say('mail.headers.value')}</th>
            <th>{say('copy.copy')}</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ name, value }, n) => (
            // A name may stand there twice, and their order is theirs.
            <tr key={n} class={n < ours.length ? 'mail-headers-ours' : undefined}>
              <th scope="row">
                <bdi>{withNames(name)}</bdi>
              </th>
              <td>
                <div class="mail-headers-value">
                  <bdi>{withNames(value)}</bdi>
                </div>
              </td>
              <td>
                <CopyButton text={value} label={say('mail.headers.copy', { name })} look="btn-quiet btn-tiny" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Path({ hops }: { hops: readonly Hop[] }) {
  if (hops.length === 0) return null
  return (
    <section class="mail-path" aria-label={say('mail.path')}>
      <h3 class="h6">{say('mail.path')}</h3>
      <ol>
        {hops.map((hop, n) => (
          // The path of one mail never changes.
          <li key={n}>
            <div class="mail-hop">
              <bdi>{withNames(hop.from ?? say('mail.path.unknown'))}</bdi>
              <span aria-hidden="true">→</span>
              <bdi class="fw-semibold">{withNames(hop.by ?? say('mail.path.unknown'))}</bdi>
              {hop.protocol && (
                <span class="badge text-bg-secondary">
                  <bdi>{withNames(hop.protocol)}</bdi>
                </span>
              )}
            </div>
            <div class="small text-body-secondary">
              {hop.at === null ? say('mail.path.no-time') : fullTime(hop.at)}
              {hop.delay !== null && <Delay ms={hop.delay} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Delay({ ms }: { ms: number }) {
  const seconds = Math.round(ms / 1000)
  const isOdd = seconds < 0 || seconds >= 60
  return (
    <span class={`mail-delay ${isOdd ? 'mail-delay-odd' : ''}`}>
      <Icon name="clock" />
      {seconds < 0 ? say('mail.path.clock', { span: span(-seconds) }) : say('mail.path.after', { span: span(seconds) })}
    </span>
  )
}
