// One webhook: how it does, what was sent to it, and what can be done with it.
import { useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { pathOf } from '../api.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { say as toast } from '../parts/toasts.tsx'
import type { List } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, tellOf, useLoaded } from './ask.ts'
import { Form, Tick } from './form.tsx'
import { Overlap } from './keys.tsx'
import { Moment, Ready, View } from './view.tsx'
import { ChangeWebhook } from './webhook-form.tsx'
import { type Delivery, healthOf, type MadeWebhook, type Tested, type Webhook } from './webhook-list.ts'
import { HealthMark, SecretOnce } from './webhooks.tsx'

type Doing = 'edit' | 'rotate' | 'delete'

export function OneWebhook() {
  const { params } = useRoute()
  const { route } = useLocation()
  const path = pathOf('webhooks', params['id'] ?? '')
  const loaded = useLoaded((signal) => ask<Webhook>('GET', path, { signal }), [path])
  const [isFailedOnly, setFailedOnly] = useState(false)
  const list = (cursor: string | null, signal?: AbortSignal) =>
    ask<List<Delivery>>(
      'GET',
      `${path}/deliveries?limit=25${isFailedOnly ? '&state=failed' : ''}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      signal ? { signal } : {},
    )
  const deliveries = useLoaded((signal) => list(null, signal), [path, isFailedOnly])
  const [made, setMade] = useState<MadeWebhook | null>(null)
  const [doing, setDoing] = useState<Doing | null>(null)
  const [tested, setTested] = useState<Tested | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isTesting, setTesting] = useState(false)
  const stop = (): void => setDoing(null)

  const run = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    try {
      await work()
    } catch (error) {
      toast(tellOf(error), 'danger')
    } finally {
      setBusy(false)
    }
  }
  const again = async (): Promise<void> => void (await Promise.all([loaded.reload(), deliveries.reload()]))
  const test = () =>
    run(async () => {
      setTested(null)
      setTesting(true)
      try {
        setTested(await ask<Tested>('POST', `${path}/test`))
      } finally {
        setTesting(false)
      }
      await again()
    })
  const setState = (state: Webhook['state']) =>
    run(async () => {
      await ask('PATCH', path, { body: { state } })
      await again()
    })
  const replay = (delivery: string | null) =>
    run(async () => {
      const body = delivery === null ? {} : { delivery }
      const { replayed } = await ask<{ replayed: number }>('POST', `${path}/replay`, { body })
      toast(say('hooks.replayed', { count: replayed }), 'success')
      await again()
    })
  const remove = () =>
    run(async () => {
      await ask('DELETE', path)
      toast(say('hooks.deleted'), 'success')
      route('/app/webhooks', true)
    })
  const more = () =>
    run(async () => {
      const cursor = deliveries.value?.next ?? null
      if (cursor === null) return
      const next = await list(cursor)
      deliveries.put(({ items }) => ({ items: [...items, ...next.items], next: next.next }))
    })

  const back = (
    <a class="btn btn-outline-secondary btn-icon" href="/app/webhooks">
      <Icon name="back" /> {say('hooks.back')}
    </a>
  )
  return (
    <View title={say('hooks.one')} actions={back}>
      {() => (
        <Ready of={loaded}>
          {(hook) => (
            <>
              {made && <SecretOnce made={made} close={() => setMade(null)} />}
              <section class="card-plain mb-4">
                <div class="d-flex flex-wrap align-items-center gap-2 mb-2">
                  <strong class="row-name me-auto">{hook.url}</strong>
                  <HealthMark hook={hook} />
                </div>
                <Health hook={hook} />
                <div class="d-flex flex-wrap gap-2">
                  <button type="button" class="btn btn-primary" disabled={isBusy} onClick={() => void test()}>
                    {isTesting && <span class="spinner-border spinner-border-sm me-2" aria-hidden="true" />}
                    {say('hooks.test')}
                  </button>
                  {hook.state === 'paused' ? (
                    <button
                      type="button"
                      class="btn btn-outline-secondary"
                      disabled={isBusy}
                      onClick={() => void setState('active')}
                    >
                      {say('hooks.resume')}
                    </button>
                  ) : (
                    <button
                      type="button"
                      class="btn btn-outline-secondary"
                      disabled={isBusy}
                      onClick={() => void setState('paused')}
                    >
                      {say('hooks.pause')}
                    </button>
                  )}
                  <Menu label={say('hooks.actions')} icon="more">
                    {[
                      { text: say('member.edit'), choose: () => setDoing('edit') },
                      { text: say('hooks.rotate'), choose: () => setDoing('rotate') },
                      { text: say('member.delete'), choose: () => setDoing('delete'), isDanger: true },
                    ]}
                  </Menu>
                </div>
                <div role="status">
                  {isTesting && <span class="visually-hidden">{say('bulk.working')}</span>}
                  {tested && <TestSaid tested={tested} />}
                </div>
              </section>
              <div class="view-head">
                <h2 class="h5">{say('hooks.deliveries')}</h2>
                <button
                  type="button"
                  class="btn btn-sm btn-outline-secondary"
                  disabled={isBusy}
                  onClick={() => void replay(null)}
                >
                  {say('hooks.replay-all')}
                </button>
              </div>
              <div class="mb-3">
                <Tick label={say('hooks.failed-only')} isOn={isFailedOnly} change={setFailedOnly} />
              </div>
              <Ready of={deliveries}>
                {({ items, next }) =>
                  items.length === 0 ? (
                    <Empty icon="bell" title={say('hooks.no-deliveries')} text={say('hooks.no-deliveries-text')} />
                  ) : (
                    <>
                      <ul class="rows" aria-label={say('hooks.deliveries')}>
                        {items.map((one) => (
                          <DeliveryRow key={one.id} delivery={one} isBusy={isBusy} replay={() => void replay(one.id)} />
                        ))}
                      </ul>
                      {next !== null && (
                        <button type="button" class="btn btn-outline-secondary mt-3" onClick={() => void more()}>
                          {say('member.more')}
                        </button>
                      )}
                    </>
                  )
                }
              </Ready>
              {doing === 'edit' && (
                <Dialog title={say('hooks.edit')} close={stop}>
                  <ChangeWebhook
                    hook={hook}
                    cancel={stop}
                    changed={() => {
                      stop()
                      toast(say('member.saved'), 'success')
                      void loaded.reload()
                    }}
                  />
                </Dialog>
              )}
              {doing === 'rotate' && (
                <Dialog title={say('hooks.rotate')} close={stop}>
                  <Rotate
                    path={path}
                    cancel={stop}
                    rotated={(hook) => {
                      stop()
                      setMade(hook)
                      void loaded.reload()
                    }}
                  />
                </Dialog>
              )}
              {doing === 'delete' && (
                <Confirm
                  title={say('hooks.delete-title')}
                  text={say('hooks.delete-text')}
                  action={say('member.delete')}
                  isBusy={isBusy}
                  run={() => void remove()}
                  close={stop}
                />
              )}
            </>
          )}
        </Ready>
      )}
    </View>
  )
}

function Health({ hook }: { hook: Webhook }) {
  const health = healthOf(hook)
  return (
    <>
      <div class="row-notes mb-3">
        <span>{hook.mailbox ?? say('hooks.all-mailboxes')}</span>
        <span>{hook.events.join(', ')}</span>
        <span>
          {say('hooks.last-success')} <Moment at={hook.lastSuccessAt} />
        </span>
        {hook.previousSecretUntil !== null && Date.parse(hook.previousSecretUntil) > Date.now() && (
          <span>
            {say('keys.old-good')} <Moment at={hook.previousSecretUntil} />
          </span>
        )}
      </div>
      {health !== 'active' && (
        <p class="alert alert-warning py-2">
          {say(`hooks.${health}-text`, { count: hook.failures })}{' '}
          {hook.failingSince !== null && (
            <>
              {say('hooks.failing-since')} <Moment at={hook.failingSince} />.
            </>
          )}
        </p>
      )}
    </>
  )
}

function TestSaid({ tested: { statusCode, error, durationMs } }: { tested: Tested }) {
  return (
    <p class={`alert mt-3 mb-0 py-2 ${error === null ? 'alert-success' : 'alert-danger'}`}>
      {error === null
        ? say('hooks.test-taken', { status: statusCode ?? 0, ms: durationMs })
        : say('hooks.test-failed', { why: error, ms: durationMs })}
    </p>
  )
}

function DeliveryRow({ delivery, isBusy, replay }: { delivery: Delivery; isBusy: boolean; replay: () => void }) {
  const { type, state, createdAt, attempt, nextAt, statusCode, error, durationMs } = delivery
  return (
    <li class="row-line">
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <span class="row-name">{type}</span>
          <span class={`mark mark-${state}`}>{say(`hooks.${state}`)}</span>
        </div>
        <div class="row-notes">
          <Moment at={createdAt} />
          <span>{say('hooks.attempts', { count: attempt })}</span>
          {statusCode !== null && <span>HTTP {statusCode}</span>}
          {error !== null && error !== `it answered ${statusCode}` && <span>{error}</span>}
          {durationMs !== null && <span>{say('hooks.ms', { count: durationMs })}</span>}
          {nextAt !== null && state === 'waiting' && (
            <span>
              {say('hooks.next')} <Moment at={nextAt} />
            </span>
          )}
        </div>
      </div>
      <button type="button" class="btn btn-sm btn-outline-secondary" disabled={isBusy} onClick={replay}>
        {say('hooks.replay')}
      </button>
    </li>
  )
}

function Rotate({ path, rotated, cancel }: { path: string; rotated: (hook: MadeWebhook) => void; cancel: () => void }) {
  const [hours, setHours] = useState('24')
  const submit = async (): Promise<void> =>
    rotated(await ask<MadeWebhook>('POST', `${path}/rotate`, { body: { overlapHours: Number(hours) } }))
  return (
    <Form action={say('hooks.rotate')} cancel={cancel} submit={submit}>
      <p class="mb-0">{say('hooks.rotate-text')}</p>
      <Overlap hours={hours} change={setHours} />
    </Form>
  )
}
