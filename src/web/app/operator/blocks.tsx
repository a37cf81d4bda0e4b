// Mail that is refused: the rules, and new ones.
import { useState } from 'preact/hooks'
import { pathOf } from '../api.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { ChoiceField, Form, TextField } from '../member/form.tsx'
import { Moment, Ready } from '../member/view.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { say as toast } from '../parts/toasts.tsx'
import { WindowList } from '../parts/window-list.tsx'
import type { List } from '../shapes.ts'
import { complaintOf, type Kind, kinds } from './block-check.ts'
import { SearchField, useDoing } from './parts.tsx'
import { tell } from './words.ts'

type Block = { id: string; kind: Kind; pattern: string; note: string; createdAt: string }

const rowHeight = 68

export function Blocks() {
  const rules = useLoaded((signal) => ask<List<Block>>('GET', '/admin/blocks', { signal }), [])
  const [typed, setTyped] = useState('')
  const [isAdding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Block | null>(null)
  const { isBusy, attempt } = useDoing()
  const part = typed.trim().toLowerCase()
  const add = (
    <button type="button" class="btn btn-primary btn-icon" onClick={() => setAdding(true)}>
      <Icon name="plus" /> {tell('blocks.new')}
    </button>
  )
  const remove = (block: Block): Promise<void> =>
    attempt(async () => {
      await ask('DELETE', pathOf('admin', 'blocks', block.id))
      setRemoving(null)
      await rules.reload()
    }, tell('blocks.removed'))
  return (
    <>
      <p class="text-body-secondary">{tell('blocks.what')}</p>
      <Ready of={rules}>
        {({ items }) => {
          if (items.length === 0)
            return (
              <Empty icon="shield" title={tell('blocks.none')} text={tell('blocks.none-text')}>
                {add}
              </Empty>
            )
          const found = items
            .filter(({ pattern, note }) => `${pattern} ${note}`.toLowerCase().includes(part))
            .toReversed()
          return (
            <>
              <div class="toolbar">
                <SearchField label={tell('blocks.search')} value={typed} change={setTyped} maxLength={320} />
                {add}
              </div>
              {found.length === 0 ? (
                <p class="text-body-secondary">{tell('blocks.none-found')}</p>
              ) : (
                <div class="found-rows">
                  <WindowList
                    items={found}
                    keyOf={({ id }) => id}
                    rowHeight={rowHeight}
                    label={tell('blocks.title')}
                    active={-1}
                    nearEnd={() => {}}
                  >
                    {(one) => <BlockRow block={one} remove={() => setRemoving(one)} />}
                  </WindowList>
                </div>
              )}
            </>
          )
        }}
      </Ready>
      {isAdding && (
        <Dialog title={tell('blocks.new')} close={() => setAdding(false)}>
          <AddBlock
            cancel={() => setAdding(false)}
            added={() => {
              setAdding(false)
              toast(tell('blocks.added'), 'success')
              void rules.reload()
            }}
          />
        </Dialog>
      )}
      {removing && (
        <Confirm
          title={tell('blocks.remove-title', { pattern: removing.pattern })}
          text={tell('blocks.remove-text')}
          action={tell('blocks.remove')}
          isBusy={isBusy}
          run={() => void remove(removing)}
          close={() => setRemoving(null)}
        />
      )}
    </>
  )
}

function BlockRow({ block: { kind, pattern, note, createdAt }, remove }: { block: Block; remove: () => void }) {
  return (
    <div class="block-row">
      <div class="row-main">
        <div class="d-flex align-items-center gap-2">
          <span class="tag">{tell(`blocks.${kind}`)}</span>
          <code class="text-truncate" title={pattern}>
            {pattern}
          </code>
        </div>
        <div class="row-notes flex-nowrap">
          <Moment at={createdAt} />
          {note !== '' && (
            <span class="text-truncate" title={note}>
              {note}
            </span>
          )}
        </div>
      </div>
      <button
        type="button"
        class="btn btn-quiet"
        aria-label={tell('blocks.remove-one', { pattern })}
        title={tell('blocks.remove')}
        onClick={remove}
      >
        <Icon name="trash" />
      </button>
    </div>
  )
}

function AddBlock({ added, cancel }: { added: () => void; cancel: () => void }) {
  const [kind, setKind] = useState<Kind>('sender')
  const [pattern, setPattern] = useState('')
  const [note, setNote] = useState('')
  const complaint = complaintOf(kind, pattern)
  const submit = async (): Promise<void> => {
    const body = { kind, pattern: pattern.trim(), ...(note.trim() ? { note: note.trim() } : {}) }
    await ask('POST', '/admin/blocks', { body })
    added()
  }
  return (
    <Form
      action={tell('blocks.add')}
      submit={submit}
      cancel={cancel}
      mayNot={pattern.trim() === '' || complaint !== null}
    >
      <ChoiceField
        label={tell('blocks.kind')}
        value={kind}
        change={(value) => setKind(kinds.find((one) => one === value) ?? 'sender')}
        choices={kinds.map((one) => [one, tell(`blocks.${one}`)] as const)}
      />
      <TextField
        label={tell('blocks.pattern')}
        hint={tell(`blocks.hint-${kind}`)}
        error={complaint && tell(complaint)}
        autofocus
        autoComplete="off"
        maxLength={320}
        value={pattern}
        change={setPattern}
      />
      <TextField label={tell('blocks.note')} maxLength={200} autoComplete="off" value={note} change={setNote} />
    </Form>
  )
}
