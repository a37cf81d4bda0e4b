// The operator's views: which of them stands at which path, and the way between them.
import type { FunctionComponent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { View } from '../member/view.tsx'
import { Empty } from '../parts/empty.tsx'
import { later } from '../parts/later.tsx'
import { NotFound } from '../parts/not-found.tsx'
import { session } from '../session.ts'
import { say } from '../words/words.ts'
import { type OperatorKey, tell } from './words.ts'

type Props = { id: string | undefined }
type Place = { path: string; title: OperatorKey; Shown: FunctionComponent<Props> }

const places: readonly Place[] = [
  {
    path: '',
    title: 'analytics.title',
    Shown: later(() => import('./analytics.tsx').then(({ Analytics }) => Analytics)),
  },
  {
    path: 'accounts',
    title: 'accounts.title',
    Shown: later(() => import('./accounts.tsx').then(({ Accounts }) => Accounts)),
  },
  { path: 'plans', title: 'plans.title', Shown: later(() => import('./plans.tsx').then(({ Plans }) => Plans)) },
  {
    path: 'invoices',
    title: 'invoices.title',
    Shown: later(() => import('./invoices.tsx').then(({ Invoices }) => Invoices)),
  },
  {
    path: 'domains',
    title: 'domains.title',
    Shown: later(() => import('./domains.tsx').then(({ AllDomains }) => AllDomains)),
  },
  { path: 'blocks', title: 'blocks.title', Shown: later(() => import('./blocks.tsx').then(({ Blocks }) => Blocks)) },
  {
    path: 'switches',
    title: 'switches.title',
    Shown: later(() => import('./switches.tsx').then(({ Switches }) => Switches)),
  },
  { path: 'audit', title: 'audit.title', Shown: later(() => import('./audit.tsx').then(({ Audit }) => Audit)) },
  { path: 'health', title: 'health.title', Shown: later(() => import('./health.tsx').then(({ Health }) => Health)) },
]
const OneAccount = later(() => import('./one-account.tsx').then(({ OneAccount }) => OneAccount))

/** `view` and `id`: what stands in the path behind `/app/admin/`. */
export function Operator({ view = '', id }: { view?: string; id?: string }) {
  const place = places.find(({ path }) => path === view)
  if (!place || (id !== undefined && view !== 'accounts')) return <NotFound />
  const isOne = view === 'accounts' && id !== undefined
  const Shown = isOne ? OneAccount : place.Shown
  return (
    <View title={tell(isOne ? 'account.title' : place.title)}>
      {({ member }) =>
        member.admin ? (
          <div class="operator">
            <Ways view={view} />
            <div class="operator-view">
              <Shown key={`${view} ${id}`} id={id} />
            </div>
          </div>
        ) : (
          <Empty icon="shield" title={tell('operator.not-yours')} text={tell('operator.not-yours-text')}>
            <a class="btn btn-primary" href="/app/mailboxes">
              {say('frame.mailboxes')}
            </a>
          </Empty>
        )
      }
    </View>
  )
}

function Ways({ view }: { view: string }) {
  const all = useRef<HTMLElement>(null)
  // Where they are a line that scrolls, the present one is in sight.
  useEffect(() => {
    const here = all.current?.querySelector('[aria-current]')
    here?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [view])
  if (!session.value) return null
  return (
    <nav ref={all} class="operator-ways" aria-label={say('profile.admin')}>
      {places.map(({ path, title }) => (
        <a
          key={path}
          class="place"
          href={path === '' ? '/app/admin' : `/app/admin/${path}`}
          aria-current={path === view ? 'page' : undefined}
        >
          {tell(title)}
        </a>
      ))}
    </nav>
  )
}
