// All invoices, and marking one paid.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import type { Offer } from '../facts.ts'
import { ask } from '../member/ask.ts'
import { priceText } from '../member/invoice-list.ts'
import { Segments } from '../member/segments.tsx'
import { Moment, Ready } from '../member/view.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { say } from '../words/words.ts'
import { usePaged } from './paged.ts'
import { More, useDoing } from './parts.tsx'
import { tell } from './words.ts'

const states = ['pending', 'paid', 'expired'] as const
type State = (typeof states)[number]
type Invoice = {
  id: string
  plan: string
  rail: 'stripe' | 'lightning' | 'manual'
  state: State
  createdAt: string
  expiresAt: string
  paidAt: string | null
  paidUntil: string | null
  price: Offer['price']
  accountId: string | null
  reference: string | null
}

export function Invoices() {
  const [state, setState] = useState<State | ''>('')
  const list = usePaged<Invoice>('/admin/invoices', { state })
  const [paying, setPaying] = useState<Invoice | null>(null)
  const { isBusy, attempt } = useDoing()
  const pay = (invoice: Invoice): Promise<void> =>
    attempt(async () => {
      await ask('POST', `${pathOf('admin', 'invoices', invoice.id)}/pay`)
      setPaying(null)
      await list.loaded.reload()
    }, tell('invoices.is-paid'))
  return (
    <>
      <p class="text-body-secondary">{tell('invoices.what')}</p>
      <div class="toolbar">
        <Segments
          isSmall
          label={tell('invoices.state')}
          value={state}
          choices={[['', tell('invoices.all')], ...states.map((one) => [one, tell(`invoices.${one}`)] as const)]}
          change={setState}
        />
      </div>
      <Ready of={list.loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              icon="mail"
              title={tell(state === '' ? 'invoices.none' : 'invoices.none-in')}
              text={tell('invoices.none-text')}
            />
          ) : (
            <ul class="rows" aria-label={tell('invoices.title')}>
              {items.map((one) => (
                <InvoiceRow key={one.id} invoice={one} pay={() => setPaying(one)} />
              ))}
            </ul>
          )
        }
      </Ready>
      <More list={list} />
      {paying && (
        <Confirm
          title={tell('invoices.pay-title', { plan: paying.plan })}
          text={tell('invoices.pay-text')}
          action={tell('invoices.pay')}
          isBusy={isBusy}
          run={() => void pay(paying)}
          close={() => setPaying(null)}
        />
      )}
    </>
  )
}

function InvoiceRow({ invoice, pay }: { invoice: Invoice; pay: () => void }) {
  const { id, plan, rail, state, price, createdAt, expiresAt, paidAt, paidUntil, accountId, reference } = invoice
  return (
    <li class="row-line flex-wrap">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <span class="row-name">{plan}</span>
          <span class={`mark mark-${state}`}>{tell(`invoices.${state}`)}</span>
          {price && <strong>{priceText(price)}</strong>}
          <span class="tag">{rail === 'manual' ? tell('invoices.manual') : say(`sell.rail-${rail}`)}</span>
        </div>
        <div class="row-notes">
          <span>
            {tell('invoices.made')} <Moment at={createdAt} />
          </span>
          {state === 'pending' && (
            <span>
              {tell('invoices.ends')} <Moment at={expiresAt} />
            </span>
          )}
          {paidAt !== null && (
            <span>
              {tell('invoices.paid')} <Moment at={paidAt} />
            </span>
          )}
          {paidUntil !== null && (
            <span>
              {tell('invoices.until')} <Moment at={paidUntil} />
            </span>
          )}
          {accountId !== null && <a href={`/app/admin/accounts/${accountId}`}>{tell('account.title')}</a>}
          <code class="text-break">{reference ?? id}</code>
        </div>
      </div>
      {state !== 'paid' && (
        <button
          type="button"
          class="btn btn-sm btn-outline-secondary"
          aria-label={tell('invoices.pay-one', { plan, id })}
          onClick={pay}
        >
          {tell('invoices.pay')}
        </button>
      )}
    </li>
  )
}
