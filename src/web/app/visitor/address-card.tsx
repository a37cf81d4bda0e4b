// The address itself: to copy, to scan, to prolong, to part with.
import { signal } from '@preact/signals'
import { useLocation } from 'preact-iso'
import { call, pathOf, sentenceOf } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { later } from '../parts/later.tsx'
import { Menu } from '../parts/menu.tsx'
import { announce, say as toast } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import { AddressTabs } from './address-tabs.tsx'
import { CodeSlot } from './code-slot.tsx'
import { current, type Held, letGo } from './held.ts'
import { inboxOf } from './inboxes.ts'
import { mayChooseDomain, mayChooseName, opening, openRandom } from './opening.ts'
import { now } from './ticks.ts'
import { TimeLeft } from './time-left.tsx'

const QrDialog = later(async () => (await import('./qr-dialog.tsx')).QrDialog)
const ChooseDialog = later(async () => (await import('./choose-dialog.tsx')).ChooseDialog)

type Asked = 'qr' | 'choose' | 'forget' | 'delete'
const asked = signal<Asked | null>(null)
const close = (): void => {
  asked.value = null
}

export function AddressCard() {
  const { route } = useLocation()
  const toStart = (): void => route('/')
  const isOpening = opening.value !== null
  const held = isOpening ? null : current.value
  const address = isOpening ? opening.value?.address : held?.address
  const inbox = held ? inboxOf(held) : null
  const isPast = held?.expiresAt != null && Date.parse(held.expiresAt) <= now.value
  const isOver = isPast || (inbox?.isOver.value ?? false)

  return (
    <section class="address-card" aria-label={say('visitor.title')}>
      <AddressTabs chosen={toStart} />
      <div class="address-grid">
        <div class="address-main">
          <h1 class="h6 text-body-secondary mb-1">{isOver ? say('visitor.over') : say('visitor.title')}</h1>
          <output class={`address ${isOver ? 'is-over' : ''}`}>{address ?? say('frame.loading')}</output>
          <div class="address-actions">
            {isOver ? (
              <button type="button" class="btn btn-primary btn-icon" onClick={() => void begin(toStart)}>
                <Icon name="refresh" /> {say('visitor.new')}
              </button>
            ) : (
              <>
                <CopyButton text={address ?? ''} label={say('visitor.copy')} look="btn-primary" />
                <Action icon="refresh" text={say('visitor.new')} run={() => void begin(toStart)} />
                {(mayChooseName() || mayChooseDomain()) && (
                  <Action icon="pencil" text={say('visitor.choose')} run={ask('choose')} />
                )}
                <Action icon="qr" text={say('visitor.qr')} run={ask('qr')} />
              </>
            )}
            {held && (
              <Menu label={say('visitor.more')} icon="more">
                {[
                  { text: say('visitor.forget'), choose: ask('forget') },
                  ...(isOver ? [] : [{ text: say('visitor.delete'), choose: ask('delete'), isDanger: true }]),
                ]}
              </Menu>
            )}
          </div>
        </div>
        <div class="address-side">
          <TimeLeft held={isOver ? null : held} isOver={isOver} />
          <CodeSlot inbox={inbox} />
        </div>
      </div>
      {asked.value === 'qr' && address && <QrDialog address={address} close={close} />}
      {asked.value === 'choose' && <ChooseDialog close={close} />}
      {held && asked.value === 'forget' && <Forgetting held={held} isOver={isOver} toStart={toStart} />}
      {held && asked.value === 'delete' && <Deleting held={held} toStart={toStart} />}
    </section>
  )
}

const ask = (what: Asked) => (): void => {
  asked.value = what
}

/** Opens another address beside those that are there. */
export async function begin(toStart: () => void): Promise<void> {
  toStart()
  await openRandom()
  if (opening.value === null && current.value) announce(say('visitor.opened', { address: current.value.address }))
}

function Action({ icon, text, run }: { icon: 'refresh' | 'pencil' | 'qr'; text: string; run: () => void }) {
  return (
    <button type="button" class="btn btn-outline-secondary btn-icon" title={text} onClick={run}>
      <Icon name={icon} />
      <span class="action-word">{text}</span>
    </button>
  )
}

function part(held: Held, toStart: () => void): void {
  close()
  letGo(held.address)
  toStart()
}

function Forgetting({ held, isOver, toStart }: { held: Held; isOver: boolean; toStart: () => void }) {
  return (
    <Confirm
      title={say('forget.title', { address: held.address })}
      text={say(isOver ? 'forget.over' : 'forget.text')}
      action={say('visitor.forget')}
      close={close}
      run={() => part(held, toStart)}
    />
  )
}

const isDeleting = signal(false)

function Deleting({ held, toStart }: { held: Held; toStart: () => void }) {
  const run = async (): Promise<void> => {
    isDeleting.value = true
    try {
      await call('DELETE', `/mailboxes${pathOf(held.id)}`, { token: held.token })
      part(held, toStart)
      toast(say('delete.done', { address: held.address }), 'success')
    } catch (error) {
      close()
      toast(sentenceOf(error), 'danger')
    } finally {
      isDeleting.value = false
    }
  }
  return (
    <Confirm
      title={say('delete.title', { address: held.address })}
      text={say('delete.text')}
      action={say('visitor.delete')}
      isBusy={isDeleting.value}
      close={close}
      run={() => void run()}
    />
  )
}
