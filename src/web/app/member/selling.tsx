// Changing the plan of one's account, and its invoices.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { facts, type Offer } from '../facts.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { List } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, type Loaded, tellOf, useLoaded } from './ask.ts'
import { ChoiceField } from './form.tsx'
import { type Invoice, isWebAddress, momentText, offerText, priceText } from './invoice-list.ts'
import { type Difference, differences } from './limits.ts'
import type { OwnAccount } from './plans.ts'
import { Ready } from './view.tsx'

/** Plans that are nobody's to choose: of those without an account, and the operator's. */
const notChosen = ['anonymous', 'unlimited']

const words = {
  'rail-unavailable': 'sell.rail-unavailable',
  'too-many-invoices': 'sell.too-many',
  'plan-unsold': 'sell.unsold',
  'plan-unknown': 'sell.unsold',
} as const

const atOnce = 20

export function Selling({ account }: { account: OwnAccount }) {
  const list = (cursor: string | null, signal?: AbortSignal) =>
    ask<List<Invoice>>(
      'GET',
      `/account/invoices?limit=${atOnce}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      signal ? { signal } : {},
    )
  const invoices = useLoaded((signal) => list(null, signal), [])
  const more = async (): Promise<void> => {
    const cursor = invoices.value?.next ?? null
    if (cursor === null) return
    try {
      const next = await list(cursor)
      invoices.put(({ items }) => ({ items: [...items, ...next.items], next: next.next }))
    } catch (error) {
      toast(tellOf(error), 'danger')
    }
  }
  return (
    <>
      <ChangePlan account={account} />
      <Invoices invoices={invoices} more={() => void more()} />
    </>
  )
}

type Plan = (typeof facts.plans)[number]

function ChangePlan({ account }: { account: OwnAccount }) {
  const plans = facts.plans.filter(({ name }) => !notChosen.includes(name))
  const isSold = plans.some(({ offers }) => offers.length > 0)
  // What is sold first; a plan that one has comes last of what is proposed.
  const first = plans.find(({ name, offers }) => offers.length > 0 && name !== account.plan)
  const [name, setName] = useState((first ?? plans.find((one) => one.name !== account.plan) ?? plans[0])?.name ?? '')
  const plan = plans.find((one) => one.name === name)
  if (!plan) return null
  return (
    <section id="change-plan" aria-label={say('sell.change')} class="mt-4">
      <h2 class="h5">{say('sell.change')}</h2>
      <p class="text-body-secondary">{say(isSold ? 'sell.change-text' : 'sell.by-operator-text')}</p>
      <div class="card-plain form-stack">
        <div class="narrow">
          <ChoiceField
            label={say('sell.which')}
            value={name}
            change={setName}
            choices={plans.map((one) => [one.name, nameOf(one, account.plan)] as const)}
          />
        </div>
        {name === account.plan ? <p class="mb-0">{say('sell.is-yours')}</p> : <Compared now={account} then={plan} />}
        <Pay plan={plan} />
      </div>
    </section>
  )
}

function nameOf({ name, offers }: Plan, own: string): string {
  const price = offers.map(offerText).find((text) => text !== null)
  const priced = price ? say('sell.priced', { plan: name, price }) : name
  return name === own ? say('sell.yours', { plan: priced }) : priced
}

function Compared({ now, then }: { now: OwnAccount; then: Plan }) {
  const found = differences(now.limits, then.limits)
  if (found.length === 0) return <p class="mb-0">{say('sell.same')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="table-responsive" aria-label={say('sell.compare')} tabIndex={0}>
      <table class="table table-sm mb-0">
        <thead>
          <tr>
            <th scope="col">{say('sell.limit')}</th>
            <th scope="col">{say('sell.now', { plan: now.plan })}</th>
            <th scope="col">{say('sell.then', { plan: then.name })}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <Row key={one.name} difference={one} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ difference: { name, before, after, isMore } }: { difference: Difference }) {
  return (
    <tr>
      <th scope="row" class="fw-normal">
        {say(name)}
      </th>
      <td class="text-body-secondary">{before}</td>
      <td>
        {after} <span class={`mark ${isMore ? '' : 'mark-pending'}`}>{say(isMore ? 'sell.more' : 'sell.less')}</span>
      </td>
    </tr>
  )
}

function Pay({ plan: { name, offers } }: { plan: Plan }) {
  const { route } = useLocation()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const order = async (rail: Offer['rail']): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    setError(null)
    try {
      const made = await ask<Invoice>('POST', '/account/invoices', { body: { plan: name, rail } })
      if (rail === 'manual') {
        toast(say('sell.asked'), 'success')
        return route(`/app/checkout/${made.id}`)
      }
      if (isWebAddress(made.checkoutUrl)) return location.assign(made.checkoutUrl)
      setError(say('sell.bad-address'))
    } catch (error) {
      setError(tellOf(error, words))
    }
    setBusy(false)
  }
  return (
    <div class="form-stack">
      {offers.map((offer) => (
        <div key={offer.rail} class="pay-way">
          <button type="button" class="btn btn-primary" disabled={isBusy} onClick={() => void order(offer.rail)}>
            {say(`sell.pay-${offer.rail}`)}
          </button>
          <span class="small text-body-secondary">
            {offerText(offer) ?? (offer.rail === 'stripe' ? say('sell.pay-stripe-text') : '')}
          </span>
        </div>
      ))}
      <div class="pay-way">
        <button
          type="button"
          class={`btn ${offers.length === 0 ? 'btn-primary' : 'btn-outline-secondary'}`}
          disabled={isBusy}
          onClick={() => void order('manual')}
        >
          {say('sell.pay-manual')}
        </button>
        <span class="small text-body-secondary">{say('sell.pay-manual-text')}</span>
      </div>
      {error !== null && (
        <div class="alert alert-danger mb-0" role="alert">
          {error}
        </div>
      )}
    </div>
  )
}

function Invoices({ invoices, more }: { invoices: Loaded<List<Invoice>>; more: () => void }) {
  return (
    <section aria-label={say('sell.invoices')} class="mt-4">
      <h2 class="h5">{say('sell.invoices')}</h2>
      <Ready of={invoices}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p class="text-body-secondary">{say('sell.no-invoices')}</p>
          ) : (
            <>
              <ul class="rows" aria-label={say('sell.invoices')}>
                {items.map((one) => (
                  <InvoiceRow key={one.id} invoice={one} />
                ))}
              </ul>
              {next !== null && (
                <button type="button" class="btn btn-outline-secondary mt-3" onClick={more}>
                  {say('member.more')}
                </button>
              )}
            </>
          )
        }
      </Ready>
    </section>
  )
}

function InvoiceRow({ invoice }: { invoice: Invoice }) {
  const { id, plan, rail, state, price, createdAt, paidAt, paidUntil, expiresAt, checkoutUrl } = invoice
  return (
    <li class="row-line invoice">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <a class="row-name" href={`/app/checkout/${id}`}>
            {say('sell.invoice', { plan })}
          </a>
          <span class={`mark mark-invoice-${state}`}>{say(`sell.state-${state}`)}</span>
          {price && <strong>{priceText(price)}</strong>}
        </div>
        <div class="row-notes">
          <span>{say(`sell.rail-${rail}`)}</span>
          <When name={say('sell.ordered')} at={createdAt} />
          {paidAt !== null && <When name={say('sell.paid-at')} at={paidAt} />}
          {paidUntil !== null && <When name={say('sell.lasts')} at={paidUntil} />}
          {state === 'pending' && <When name={say('sell.can-be-paid')} at={expiresAt} />}
        </div>
      </div>
      {isWebAddress(checkoutUrl) && (
        <a class="btn btn-sm btn-outline-secondary" href={checkoutUrl} rel="noreferrer">
          {say('sell.pay-now')}
        </a>
      )}
    </li>
  )
}

function When({ name, at }: { name: string; at: string }) {
  return (
    <span>
      {name} <time dateTime={at}>{momentText(at)}</time>
    </span>
  )
}
