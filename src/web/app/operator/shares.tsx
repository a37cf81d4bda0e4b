// Who and what a span's figures are made of: APIs, reasons of refusals, accounts.
import { useState } from 'preact/hooks'
import { Segments } from '../member/segments.tsx'
import { nameOfApi } from '../member/services.ts'
import { say } from '../words/words.ts'
import type { ByApi, Totals } from './totals.ts'
import { tell } from './words.ts'

type Reasons = Record<'mails' | 'requests', { label: string; value: number }[]>

const mostReasons = 12

export function Shares({ found, apis, reasons }: { found: Totals; apis: readonly ByApi[]; reasons: Reasons }) {
  const [what, setWhat] = useState<'requests' | 'mails' | 'inboxes'>('requests')
  const top = found.top[what]
  return (
    <div class="plots mt-3">
      <section class="card-plain" aria-label={tell('analytics.by-api')}>
        <h2 class="h6">{tell('analytics.by-api')}</h2>
        {apis.length === 0 ? (
          <p class="text-body-secondary mb-0">{tell('analytics.nothing')}</p>
        ) : (
          <div class="table-responsive">
            <table class="table table-sm figure-table mb-0">
              <thead>
                <tr>
                  <th scope="col">API</th>
                  <th scope="col" class="text-end">
                    {tell('analytics.requests')}
                  </th>
                  <th scope="col" class="text-end">
                    4xx
                  </th>
                  <th scope="col" class="text-end">
                    5xx
                  </th>
                </tr>
              </thead>
              <tbody>
                {apis.map(({ api, requests, refused, failed }) => (
                  <tr key={api}>
                    <th scope="row">{api === 'site' ? tell('analytics.site') : nameOfApi(api)}</th>
                    {[requests, refused, failed].map((count, at) => (
                      <td key={at} class="text-end">
                        {say('member.number', { count })}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <section class="card-plain" aria-label={tell('analytics.top')}>
        <div class="d-flex flex-wrap align-items-center justify-content-between gap-2 mb-2">
          <h2 class="h6 mb-0">{tell('analytics.top')}</h2>
          <Segments
            isSmall
            label={tell('analytics.top-by')}
            value={what}
            choices={[
              ['requests', tell('analytics.requests')],
              ['mails', tell('analytics.mails')],
              ['inboxes', tell('analytics.inboxes')],
            ]}
            change={setWhat}
          />
        </div>
        {top.length === 0 ? (
          <p class="text-body-secondary mb-0">{tell('analytics.no-top')}</p>
        ) : (
          <Bars
            rows={top.map(({ accountId, owner, value }) => ({
              name: owner ?? accountId,
              href: `/app/admin/accounts/${accountId}`,
              value,
            }))}
          />
        )}
      </section>
      {(['mails', 'requests'] as const).map((which) => (
        <section key={which} class="card-plain" aria-label={tell(`analytics.reasons-${which}`)}>
          <h2 class="h6">{tell(`analytics.reasons-${which}`)}</h2>
          {reasons[which].length === 0 ? (
            <p class="text-body-secondary mb-0">{tell('analytics.no-refusals')}</p>
          ) : (
            <Bars rows={reasons[which].slice(0, mostReasons).map(({ label, value }) => ({ name: label, value }))} />
          )}
        </section>
      ))}
    </div>
  )
}

function Bars({ rows }: { rows: readonly { name: string; value: number; href?: string }[] }) {
  const most = Math.max(...rows.map(({ value }) => value), 1)
  return (
    <ul class="list-unstyled mb-0">
      {rows.map(({ name, value, href }) => (
        <li key={href ?? name} class="share">
          {href === undefined ? (
            <span class="text-truncate">{name}</span>
          ) : (
            <a class="text-truncate" href={href}>
              {name}
            </a>
          )}
          <span>{say('member.number', { count: value })}</span>
          <meter min={0} max={most} value={value} aria-label={name} />
        </li>
      ))}
    </ul>
  )
}
