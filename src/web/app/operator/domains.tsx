// Domains: the server's own, and those of all accounts.
import { useState } from 'preact/hooks'
import { ApiError, pathOf } from '../api.ts'
import { facts } from '../facts.ts'
import { ask, tellOf } from '../member/ask.ts'
import { Moment, Ready } from '../member/view.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Menu } from '../parts/menu.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { Findings, type Report } from './findings.tsx'
import { usePaged } from './paged.ts'
import { More, useDoing } from './parts.tsx'
import { tell } from './words.ts'

type Domain = {
  id: string
  unicodeName: string
  state: 'pending' | 'verified' | 'failing' | 'lapsed'
  checkedAt: string | null
  lapsesAt: string | null
  byHand: boolean
  account: { id: string; owner: string | null }
}

export function AllDomains() {
  return (
    <>
      <OwnDomains />
      <h2 class="h5">{tell('domains.of-accounts')}</h2>
      <OfAccounts />
    </>
  )
}

function OwnDomains() {
  const [report, setReport] = useState<Report | null>(null)
  const { isBusy, attempt } = useDoing()
  return (
    <section aria-label={tell('domains.own')}>
      <h2 class="h5">{tell('domains.own')}</h2>
      {facts.domains.length === 0 ? (
        <p class="text-body-secondary">{tell('domains.no-own')}</p>
      ) : (
        <ul class="rows mb-3" aria-label={tell('domains.own')}>
          {facts.domains.map(({ name, access }) => (
            <li key={name} class="row-line">
              <div class="row-main">
                <span class="row-name text-break">{name}</span>
                <div class="row-notes">{tell(`domains.${access}`)}</div>
              </div>
            </li>
          ))}
        </ul>
      )}
      <button
        type="button"
        class="btn btn-outline-secondary mb-3"
        disabled={isBusy}
        onClick={() => void attempt(async () => setReport(await ask<Report>('GET', '/admin/doctor')))}
      >
        {isBusy && <span class="spinner-border spinner-border-sm me-2" aria-hidden="true" />}
        {tell(isBusy ? 'doctor.looking' : 'doctor.look')}
      </button>
      <div role="status">{report && <Findings report={report} />}</div>
    </section>
  )
}

/** `mailboxes`: how many end with it, once the server has said so. */
type Removal = { domain: Domain; mailboxes: number | null }

function OfAccounts() {
  const list = usePaged<Domain>('/admin/domains')
  const [report, setReport] = useState<{ id: string; report: Report } | null>(null)
  const [looking, setLooking] = useState<string | null>(null)
  const [vouching, setVouching] = useState<Domain | null>(null)
  const [removing, setRemoving] = useState<Removal | null>(null)
  const { isBusy, attempt } = useDoing()
  const pathTo = ({ id }: Domain): string => pathOf('admin', 'domains', id)
  const verify = (domain: Domain, byHand: boolean): Promise<void> =>
    attempt(async () => {
      const found = await ask<Domain>('POST', `${pathTo(domain)}/verify`, { body: { byHand } })
      setVouching(null)
      await list.loaded.reload()
      toast(tell('domains.looked', { name: found.unicodeName, state: tell(`domains.${found.state}`) }), 'info')
    })
  const examine = (domain: Domain): Promise<void> =>
    attempt(async () => {
      setLooking(domain.id)
      try {
        setReport({ id: domain.id, report: await ask<Report>('GET', `${pathTo(domain)}/doctor`) })
      } finally {
        setLooking(null)
      }
    })
  /** The server says how many mailboxes end with it, and has that confirmed. */
  const remove = async (domain: Domain, confirm: number | null): Promise<void> => {
    try {
      await ask('DELETE', `${pathTo(domain)}${confirm === null ? '' : `?confirm=${confirm}`}`)
      setRemoving(null)
      toast(tell('domains.removed', { name: domain.unicodeName }), 'success')
      await list.loaded.reload()
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'confirmation-needed')
        setRemoving({ domain, mailboxes: error.mailboxes })
      else toast(tellOf(error), 'danger')
    }
  }
  return (
    <>
      <Ready of={list.loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="globe" title={tell('domains.none')} text={tell('domains.none-text')} />
          ) : (
            <ul class="rows" aria-label={tell('domains.of-accounts')}>
              {items.map((domain) => (
                <li key={domain.id} class="row-line flex-wrap">
                  <div class="row-main">
                    <div class="d-flex flex-wrap align-items-center gap-2">
                      <span class="row-name text-break">{domain.unicodeName}</span>
                      <span class={`mark mark-${domain.state === 'lapsed' ? 'expired' : domain.state}`}>
                        {tell(`domains.${domain.state}`)}
                      </span>
                      {domain.byHand && <span class="tag">{tell('domains.by-hand')}</span>}
                    </div>
                    <div class="row-notes">
                      <a class="text-break" href={`/app/admin/accounts/${domain.account.id}`}>
                        {domain.account.owner ?? domain.account.id}
                      </a>
                      {domain.checkedAt !== null && (
                        <span>
                          {tell('domains.checked')} <Moment at={domain.checkedAt} />
                        </span>
                      )}
                      {looking === domain.id && <span role="status">{tell('doctor.looking')}</span>}
                    </div>
                  </div>
                  <Menu label={tell('domains.actions', { name: domain.unicodeName })} icon="more">
                    {[
                      { text: tell('domains.look'), choose: () => void verify(domain, false) },
                      { text: tell('doctor.look'), choose: () => void examine(domain) },
                      { text: tell('domains.vouch'), choose: () => setVouching(domain) },
                      {
                        text: tell('domains.remove'),
                        choose: () => setRemoving({ domain, mailboxes: null }),
                        isDanger: true,
                      },
                    ]}
                  </Menu>
                  {report?.id === domain.id && (
                    <div class="w-100" role="status">
                      <Findings report={report.report} />
                    </div>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
      <More list={list} />
      {vouching && (
        <Confirm
          title={tell('domains.vouch-title', { name: vouching.unicodeName })}
          text={tell('domains.vouch-text')}
          action={tell('domains.vouch')}
          isBusy={isBusy}
          run={() => void verify(vouching, true)}
          close={() => setVouching(null)}
        />
      )}
      {removing && (
        <Confirm
          key={removing.mailboxes}
          title={tell('domains.remove-title', { name: removing.domain.unicodeName })}
          text={
            removing.mailboxes === null
              ? tell('domains.remove-text')
              : tell('domains.remove-mailboxes', { count: removing.mailboxes })
          }
          action={tell('domains.remove')}
          isBusy={isBusy}
          run={() => void remove(removing.domain, removing.mailboxes)}
          close={() => setRemoving(null)}
        />
      )}
    </>
  )
}
