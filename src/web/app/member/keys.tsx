// The keys of an account: made, shown once, changed, rotated and revoked.
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { pathOf } from '../api.ts'
import { facts } from '../facts.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { say } from '../words/words.ts'
import { ask, askAll, tellOf, useLoaded } from './ask.ts'
import { ChoiceField, Form, Tick } from './form.tsx'
import { ChangeKey, MakeKey } from './key-form.tsx'
import { isOver, type Key, lastUseOf, type MadeKey, marksOf } from './key-list.ts'
import { Copied, Once } from './once.tsx'
import { askAccount } from './plans.ts'
import { Segments } from './segments.tsx'
import { nameOfApi, type Snippet, serviceOfKey, snippets } from './services.ts'
import { Moment, Ready, View } from './view.tsx'

type Doing = { what: 'edit' | 'rotate' | 'revoke'; key: Key }

export function Keys() {
  const { query } = useLocation()
  const account = useLoaded(askAccount, [])
  const keys = useLoaded((signal) => askAll<Key>('/keys', signal), [])
  const [isMaking, setMaking] = useState('new' in query)
  const [made, setMade] = useState<MadeKey | null>(null)
  const [doing, setDoing] = useState<Doing | null>(null)
  const [isAll, setAll] = useState(false)
  const stop = (): void => setDoing(null)

  const show = (key: MadeKey): void => {
    setMaking(false)
    setDoing(null)
    setMade(key)
    void keys.reload()
  }
  const revoke = async ({ id, name }: Key): Promise<void> => {
    stop()
    try {
      await ask('DELETE', pathOf('keys', id))
      toast(say('keys.revoked', { name }), 'success')
      if (made?.id === id) setMade(null)
      await keys.reload()
    } catch (error) {
      toast(tellOf(error), 'danger')
    }
  }
  const make = (
    <button type="button" class="btn btn-primary btn-icon" onClick={() => setMaking(true)}>
      <Icon name="plus" /> {say('keys.new')}
    </button>
  )
  return (
    <View title={say('profile.keys')} actions={make}>
      {() => (
        <>
          <p class="text-body-secondary">{say('keys.what')}</p>
          {made && <ShownOnce made={made} close={() => setMade(null)} />}
          <Ready of={keys}>
            {(all) => {
              const shown = isAll ? all : all.filter((key) => !isOver(key))
              return (
                <>
                  {all.some(isOver) && (
                    <div class="mb-3">
                      <Tick label={say('keys.show-over')} isOn={isAll} change={setAll} />
                    </div>
                  )}
                  {shown.length === 0 ? (
                    <Empty icon="key" title={say('keys.none')} text={say('keys.none-text')}>
                      <button type="button" class="btn btn-primary" onClick={() => setMaking(true)}>
                        {say('keys.new')}
                      </button>
                    </Empty>
                  ) : (
                    <ul class="rows" aria-label={say('profile.keys')}>
                      {shown.map((key) => (
                        <KeyRow key={key.id} shown={key} start={(what) => setDoing({ what, key })} />
                      ))}
                    </ul>
                  )}
                </>
              )
            }}
          </Ready>
          {isMaking && (
            <Dialog title={say('keys.new')} close={() => setMaking(false)}>
              <Ready of={account}>
                {({ limits }) => <MakeKey limits={limits} made={show} cancel={() => setMaking(false)} />}
              </Ready>
            </Dialog>
          )}
          {doing?.what === 'edit' && (
            <Dialog title={say('keys.edit', { name: doing.key.name })} close={stop}>
              <Ready of={account}>
                {({ limits }) => (
                  <ChangeKey
                    shown={doing.key}
                    limits={limits}
                    cancel={stop}
                    changed={() => {
                      stop()
                      toast(say('member.saved'), 'success')
                      void keys.reload()
                    }}
                  />
                )}
              </Ready>
            </Dialog>
          )}
          {doing?.what === 'rotate' && (
            <Dialog title={say('keys.rotate-title', { name: doing.key.name })} close={stop}>
              <Rotate shown={doing.key} rotated={show} cancel={stop} />
            </Dialog>
          )}
          {doing?.what === 'revoke' && (
            <Confirm
              title={say('keys.revoke-title', { name: doing.key.name })}
              text={say('keys.revoke-text')}
              action={say('keys.revoke')}
              run={() => void revoke(doing.key)}
              close={stop}
            />
          )}
        </>
      )}
    </View>
  )
}

function KeyRow({ shown, start }: { shown: Key; start: (what: Doing['what']) => void }) {
  const { name, prefix, start: first, end, maker, dialects, origins, createdAt, expiresAt, previousSecretUntil } = shown
  const marks = marksOf(shown)
  const lastUsedAt = lastUseOf(shown)
  const isOldGood = previousSecretUntil !== null && Date.parse(previousSecretUntil) > Date.now()
  return (
    <li class={`row-line ${isOver(shown) ? 'is-over' : ''}`}>
      <div class="row-main">
        <div class="d-flex flex-wrap align-items-center gap-2">
          <strong class="row-name">{name}</strong>
          <code class="key-text">
            {prefix}
            {first}…{end}
          </code>
          {marks.map((mark) => (
            <span key={mark} class={`mark mark-${mark}`} title={say(`keys.mark-${mark}-text`)}>
              {say(`keys.mark-${mark}`)}
            </span>
          ))}
        </div>
        <div class="row-notes">
          <span>{dialects.length === 0 ? say('keys.all-apis') : dialects.map(nameOfApi).join(', ')}</span>
          {maker && <span>{say('keys.by', { maker })}</span>}
          <span>
            {lastUsedAt === null ? (
              say('keys.never-used')
            ) : (
              <>
                {say('keys.used')} <Moment at={lastUsedAt} />
              </>
            )}
          </span>
          <span>
            {say('keys.made')} <Moment at={createdAt} />
          </span>
          {expiresAt !== null && (
            <span>
              {say('keys.ends')} <Moment at={expiresAt} />
            </span>
          )}
          {isOldGood && (
            <span>
              {say('keys.old-good')} <Moment at={previousSecretUntil} />
            </span>
          )}
          {origins.length > 0 && <span>{say('keys.only-from', { origins: origins.join(', ') })}</span>}
        </div>
      </div>
      {shown.revokedAt === null && (
        <Menu label={say('keys.actions', { name })} icon="more">
          {[
            { text: say('member.edit'), choose: () => start('edit') },
            ...(isOver(shown) ? [] : [{ text: say('keys.rotate'), choose: () => start('rotate') }]),
            { text: say('keys.revoke'), choose: () => start('revoke'), isDanger: true },
          ]}
        </Menu>
      )}
    </li>
  )
}

function Rotate({ shown, rotated, cancel }: { shown: Key; rotated: (key: MadeKey) => void; cancel: () => void }) {
  const [hours, setHours] = useState('24')
  return (
    <Form
      action={say('keys.rotate')}
      cancel={cancel}
      submit={async () =>
        rotated(
          await ask<MadeKey>('POST', `${pathOf('keys', shown.id)}/rotate`, { body: { overlapHours: Number(hours) } }),
        )
      }
    >
      <p class="mb-0">{say('keys.rotate-text')}</p>
      <Overlap hours={hours} change={setHours} />
    </Form>
  )
}

/** For how long an old secret is good beside a new one. */
export function Overlap({ hours, change }: { hours: string; change: (hours: string) => void }) {
  return (
    <ChoiceField
      label={say('keys.overlap')}
      value={hours}
      change={change}
      choices={[
        ['0', say('keys.overlap-none')],
        ...[1, 6, 24, 48, 72].map((count): [string, string] => [String(count), say('keys.hours', { count })]),
      ]}
    />
  )
}

function ShownOnce({ made, close }: { made: MadeKey; close: () => void }) {
  const base = facts.publicUrl?.replace(/\/$/, '') ?? location.origin
  const all = snippets(serviceOfKey(made), made, { base, domain: facts.domains[0]?.name ?? 'example.com' })
  const [language, setLanguage] = useState<Snippet['language']>('curl')
  const shown = all.find((one) => one.language === language)
  return (
    <Once
      title={say('keys.shown-once', { name: made.name })}
      text={say('keys.shown-once-text')}
      secret={made.key}
      label={say('keys.key')}
      close={close}
    >
      <h3 class="h6 mt-3">{say('keys.try')}</h3>
      <div class="mb-2">
        <Segments
          isSmall
          label={say('keys.try-language')}
          value={language}
          choices={all.map((one) => [one.language, one.language] as const)}
          change={setLanguage}
        />
      </div>
      {shown && <Copied label={shown.language} text={shown.text} />}
      {made.origins.length > 0 && <p class="form-text mb-0">{say('keys.try-origins')}</p>}
    </Once>
  )
}
