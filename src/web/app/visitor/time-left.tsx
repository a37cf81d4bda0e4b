// How long the address still lives, as a ring and in figures, and the way to more.
import { useEffect, useState } from 'preact/hooks'
import { call, pathOf, sentenceOf } from '../api.ts'
import { anonymousLimits } from '../facts.ts'
import { Menu } from '../parts/menu.tsx'
import { announce, say as toast } from '../parts/toasts.tsx'
import type { Mailbox } from '../shapes.ts'
import { clock, fullTime, span } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { endsAt, type Held } from './held.ts'
import { now } from './ticks.ts'

const radius = 15.5
const around = 2 * Math.PI * radius
const littleSeconds = 300

export function TimeLeft({ held, isOver }: { held: Held | null; isOver: boolean }) {
  const end = held?.expiresAt == null ? null : Date.parse(held.expiresAt)
  const seconds = end === null ? null : Math.max(0, (end - now.value) / 1000)
  const total = end === null || !held ? 1 : Math.max(1, (end - Date.parse(held.since)) / 1000)
  const share = isOver ? 0 : seconds === null ? 1 : Math.min(1, seconds / total)
  const isLittle = held !== null && seconds !== null && seconds < Math.min(littleSeconds, total / 4)
  useEffect(() => {
    if (isLittle && held) announce(say('time.little', { address: held.address }))
  }, [isLittle, held?.id])
  const unknown = isOver ? clock(0) : say(held ? 'time.endless' : 'frame.loading')
  const text = seconds === null ? unknown : clock(seconds)
  return (
    <div class={`time-left ${isLittle ? 'is-little' : ''}`}>
      <svg class="ring" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
        <circle class="ring-ground" cx="18" cy="18" r={radius} />
        <circle
          class="ring-left"
          cx="18"
          cy="18"
          r={radius}
          stroke-dasharray={around}
          stroke-dashoffset={around * (1 - share)}
        />
      </svg>
      <div class="time-words" title={end === null ? undefined : fullTime(end)}>
        <span class="small text-body-secondary">{say('time.left')}</span>
        <span class="time-figures" role="timer" aria-live="off">
          {text}
        </span>
      </div>
      {held && <Extend held={held} />}
    </div>
  )
}

const offered = [10, 60, 6 * 60, 24 * 60, 7 * 24 * 60]

/** What may be chosen: from now on so many minutes; null is without end. */
function choices(): (number | null)[] {
  const limits = anonymousLimits()
  const most = limits?.maxTtlMinutes ?? null
  const within = offered.filter((minutes) => most === null || minutes < most)
  const endless = most === null && (limits?.permanentMailboxes ?? true)
  return [...within, ...(most === null ? [] : [most]), ...(endless ? [null] : [])]
}

function Extend({ held }: { held: Held }) {
  const [isBusy, setBusy] = useState(false)
  const extend = async (ttlMinutes: number | null): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      endsAt(
        await call<Mailbox>('PATCH', `/mailboxes${pathOf(held.id)}`, { token: held.token, body: { ttlMinutes } }),
        true,
      )
      announce(say('time.extended'))
    } catch (error) {
      toast(sentenceOf(error), 'danger')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Menu label={say('time.extend')} icon="clock" text={say('time.extend-short')} heading={say('time.from-now')}>
      {choices().map((minutes) => ({
        text: minutes === null ? say('time.endless') : span(minutes * 60),
        choose: () => void extend(minutes),
      }))}
    </Menu>
  )
}
