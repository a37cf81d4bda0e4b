// The page of an order, for whoever has its address: it waits for the payment, and hands the key that was bought out, once.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { ApiError, sentenceOf } from '../api.ts'
import { facts } from '../facts.ts'
import { isWebAddress, momentText } from '../member/invoice-list.ts'
import { Copied } from '../member/once.tsx'
import { useTitle, wished } from '../member/view.tsx'
import { session } from '../session.ts'
import { say } from '../words/words.ts'
import { newPress, type Order, takeKey } from './order.ts'
import { useOrder } from './use-order.ts'

/**
 * The secret stands behind the "#", which no server is sent. It stays there until the key was shown, so that the page can be
 * loaded again and its address kept; nothing else keeps it.
 */
function useSecret(): string {
  const [secret, setSecret] = useState(location.hash.slice(1))
  useEffect(() => {
    const take = (): void => setSecret(location.hash.slice(1))
    addEventListener('hashchange', take)
    return () => removeEventListener('hashchange', take)
  }, [])
  return secret
}

export function Checkout() {
  const { params } = useRoute()
  const id = params['id'] ?? ''
  const secret = useSecret()
  return <OneOrder key={`${id} ${secret}`} id={id} secret={secret} />
}

function OneOrder({ id, secret }: { id: string; secret: string }) {
  const isMember = Boolean(session.value)
  const canLook = secret !== '' || isMember
  const { order, trouble, again } = useOrder(id, secret, canLook)
  const [key, setKey] = useState<string | null>(null)
  if (key !== null) return <Shown value={key} />
  if (!canLook && session.value === null)
    return (
      <Card title={say('check.not-whole')}>
        <p>{say('check.not-whole-text')}</p>
        <a
          class="btn btn-primary"
          href="/app/sign-in"
          onClick={() => {
            wished.value = location.pathname
          }}
        >
          {say('frame.sign-in')}
        </a>
      </Card>
    )
  const inTrouble = trouble !== null && (
    <p class="alert alert-warning py-2" role="alert">
      {say('check.trouble')} {trouble}
    </p>
  )
  if (order === undefined)
    return (
      <Card title={say('check.order')}>
        {inTrouble || (
          <p class="text-body-secondary" role="status">
            {say('frame.loading')}
          </p>
        )}
      </Card>
    )
  if (order === null)
    return (
      <Card title={say('check.none')}>
        <p class="mb-0">{say('check.none-text')}</p>
      </Card>
    )
  return (
    <Stands order={order} id={id}>
      {inTrouble}
      {order.state === 'paid' && order.key === 'ready' && <Take id={id} secret={secret} shown={setKey} again={again} />}
      {order.forAccount && isMember && (
        <a class="btn btn-outline-secondary" href="/app/plan">
          {say('check.to-plan')}
        </a>
      )}
    </Stands>
  )
}

/** A card that says anew what it is, whenever that changes. */
function Card({ title, children }: { title: string; children: ComponentChildren }) {
  useTitle(title)
  return (
    <div class="door card-plain checkout">
      <div role="status">
        <h1 class="h3">{title}</h1>
      </div>
      {children}
    </div>
  )
}

function Stands({ order, id, children }: { order: Order; id: string; children: ComponentChildren }) {
  const { plan, rail, state, key, forAccount, expiresAt, paidUntil, checkoutUrl } = order
  const until = paidUntil === null ? null : <p>{say('check.paid-until', { time: momentText(paidUntil) })}</p>
  if (state === 'expired')
    return (
      <Card title={say('check.over')}>
        <p>{say('check.over-text', { plan })}</p>
        {children}
      </Card>
    )
  if (state === 'pending') {
    const whose = forAccount ? 'check.waiting-own' : 'check.waiting'
    const text = rail === 'manual' ? (`${whose}-manual` as const) : whose
    return (
      <Card title={say('check.waiting')}>
        <p>{say(text === 'check.waiting' ? 'check.waiting-text' : text, { plan })}</p>
        {isWebAddress(checkoutUrl) && (
          <p>
            <a class="btn btn-primary" href={checkoutUrl} rel="noreferrer">
              {say('sell.pay-now')}
            </a>
          </p>
        )}
        <p class="text-body-secondary">{say('check.until', { time: momentText(expiresAt) })}</p>
        <details class="mb-3">
          <summary>{say('check.long')}</summary>
          <p class="mt-2 mb-0">{say(`check.long-${rail}`, { id })}</p>
        </details>
        {children}
      </Card>
    )
  }
  if (key === 'ready')
    return (
      <Card title={say('check.paid')}>
        <p>{say('check.paid-text', { plan })}</p>
        {until}
        {children}
      </Card>
    )
  return (
    <Card title={say(key === 'shown' ? 'check.shown' : 'check.own')}>
      <p>{say(key === 'shown' ? 'check.shown-text' : 'check.own-text', { plan, id })}</p>
      {until}
      {children}
    </Card>
  )
}

function Take({
  id,
  secret,
  shown,
  again,
}: {
  id: string
  secret: string
  shown: (key: string) => void
  again: () => void
}) {
  const press = useRef(newPress())
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const take = async (): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    setError(null)
    try {
      const key = await takeKey(id, secret, press.current)
      // It opens nothing any more, and is nobody's to find in this browser's history.
      history.replaceState(null, '', location.pathname)
      return shown(key)
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'key-shown') again()
      else setError(sentenceOf(error))
    }
    setBusy(false)
  }
  return (
    <>
      <button type="button" class="btn btn-primary" disabled={isBusy} onClick={() => void take()}>
        {isBusy && <span class="spinner-border spinner-border-sm me-2" aria-hidden="true" />}
        {say('check.show')}
      </button>
      {error !== null && (
        <p class="alert alert-danger mt-3 mb-0" role="alert">
          {error}
        </p>
      )}
    </>
  )
}

function Shown({ value }: { value: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useTitle(say('check.here'))
  useEffect(() => heading.current?.focus(), [])
  const base = facts.publicUrl?.replace(/\/$/, '') ?? location.origin
  return (
    <div class="door card-plain checkout once">
      <h1 class="h3" tabIndex={-1} ref={heading}>
        {say('check.here')}
      </h1>
      <p>{say('check.here-text')}</p>
      <Copied label={say('check.key')} text={value} />
      <h2 class="h6 mt-3">{say('check.try')}</h2>
      <Copied label="curl" text={`curl -H 'Authorization: Bearer ${value}' '${base}/mayfly/v1/account'`} />
      <p class="mt-3 mb-0">
        <a href="/docs">{say('check.docs')}</a>
      </p>
    </div>
  )
}
