// The webhooks of an account.
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import type { List } from '../shapes.ts'
import { say } from '../words/words.ts'
import { ask, useLoaded } from './ask.ts'
import { Once } from './once.tsx'
import { Ready, View } from './view.tsx'
import { MakeWebhook } from './webhook-form.tsx'
import { healthOf, type MadeWebhook, type Webhook } from './webhook-list.ts'

export function Webhooks() {
  const hooks = useLoaded((signal) => ask<List<Webhook>>('GET', '/webhooks', { signal }), [])
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<MadeWebhook | null>(null)
  const make = (
    <button type="button" class="btn btn-primary btn-icon" onClick={() => setMaking(true)}>
      <Icon name="plus" /> {say('hooks.new')}
    </button>
  )
  return (
    <View title={say('profile.webhooks')} actions={make}>
      {() => (
        <>
          <p class="text-body-secondary">{say('hooks.what')}</p>
          {made && <SecretOnce made={made} close={() => setMade(null)} />}
          <Ready of={hooks}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty icon="bell" title={say('hooks.none')} text={say('hooks.none-text')}>
                  <button type="button" class="btn btn-primary" onClick={() => setMaking(true)}>
                    {say('hooks.new')}
                  </button>
                </Empty>
              ) : (
                <ul class="rows" aria-label={say('profile.webhooks')}>
                  {items.map((hook) => (
                    <li key={hook.id} class="row-line">
                      <a class="row-main hit" href={`/app/webhooks/${hook.id}`}>
                        <span class="d-flex flex-wrap align-items-center gap-2">
                          <span class="row-name">{hook.url}</span>
                          <HealthMark hook={hook} />
                        </span>
                        <span class="row-notes">
                          <span>{hook.mailbox ?? say('hooks.all-mailboxes')}</span>
                          <span>{hook.events.join(', ')}</span>
                        </span>
                      </a>
                    </li>
                  ))}
                </ul>
              )
            }
          </Ready>
          {isMaking && (
            <Dialog title={say('hooks.new')} close={() => setMaking(false)}>
              <MakeWebhook
                cancel={() => setMaking(false)}
                made={(hook) => {
                  setMaking(false)
                  setMade(hook)
                  void hooks.reload()
                }}
              />
            </Dialog>
          )}
        </>
      )}
    </View>
  )
}

export function HealthMark({ hook }: { hook: Webhook }) {
  const health = healthOf(hook)
  return <span class={`mark mark-${health}`}>{say(`hooks.${health}`)}</span>
}

export function SecretOnce({ made, close }: { made: MadeWebhook; close: () => void }) {
  return (
    <Once
      title={say('hooks.secret-once')}
      text={say('hooks.secret-once-text')}
      secret={made.secret}
      label={say('hooks.secret')}
      close={close}
    />
  )
}
