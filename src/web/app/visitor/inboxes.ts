// The mail of every address that this browser holds, on one line to the server; and of a public one that is looked at.
import { computed, effect, signal, untracked } from '@preact/signals'
import { ApiError, call, pathOf } from '../api.ts'
import { follow, type Line, type LiveEvent } from '../live.ts'
import type { Mailbox, Summary } from '../shapes.ts'
import { gathered } from './gathered.ts'
import { endsAt, type Held, held, letGo } from './held.ts'
import { Inbox } from './inbox.ts'

export type Followed = {
  line: Line
  /** It broke, and is not live again. */
  isBroken: { readonly value: boolean }
}

type Came = (mail: Summary, inbox: Inbox) => void

const inboxes = new Map<string, Inbox>()
const line = signal<Followed | null>(null)

export const heldLine = computed(() => line.value)

export function inboxOf({ address, token }: Pick<Held, 'address' | 'token'>): Inbox {
  const there = inboxes.get(address)
  if (there?.token === token) return there
  const made = new Inbox(address, token)
  inboxes.set(address, made)
  return made
}

export const unreadOfAll = computed(() => held.value.reduce((sum, one) => sum + inboxOf(one).unread.value, 0))

/** The server follows no more on one line. */
const mostFollowed = 100

const alive = computed(() => held.value.filter((one) => !inboxOf(one).isOver.value).slice(-mostFollowed))
const aliveIds = computed(() => alive.value.map(({ id }) => id).join())

/** Follows all that is held from now on, whatever comes to it. Call the answer to stop. */
export function followHeld(came: Came): () => void {
  const attempt = signal(0)
  const stop = effect(() => {
    attempt.value
    if (aliveIds.value === '') return
    const made = untracked(() => followAll(alive.value, came, () => attempt.value++))
    line.value = made
    return () => made.line.close()
  })
  return () => {
    stop()
    line.value = null
  }
}

function followAll(all: readonly Held[], came: Came, again: () => void): Followed {
  const since = line.value?.line.last() ?? null
  let isRefused = false
  const hearing = {
    event: gathered((event: LiveEvent) => hear(event, came)),
    missed: () => void Promise.all(alive.value.map((one) => inboxOf(one).load())),
    refused: () => {
      isRefused = true
      void sort(all)
    },
  }
  const headers = { 'X-Mailbox-Tokens': all.map(({ token }) => token).join(',') }
  const made = follow('/events', headers, hearing, { since, asNobody: true })
  // What a line that goes on behind another one will not tell.
  if (since !== null) for (const one of all) if (!inboxOf(one).all.isKnown.value) void inboxOf(one).load()
  return watch({ ...made, retry: () => (isRefused ? again() : made.retry()) })
}

/** Follows one public address. */
export const followPublic = (inbox: Inbox, came: Came, refused: (status: number) => void): Followed =>
  followOne(inbox, came, refused, true)

/** Follows a mailbox of who is signed in. */
export const followOwn = (inbox: Inbox, came: Came, refused: (status: number) => void): Followed =>
  followOne(inbox, came, refused, false)

function followOne(inbox: Inbox, came: Came, refused: (status: number) => void, asNobody: boolean): Followed {
  const hear = {
    event: gathered((event: LiveEvent) => {
      if (event.type === 'gone') refused(404)
      const mail = inbox.take(event)
      if (mail) came(mail, inbox)
    }),
    missed: () => void inbox.load(),
    refused,
  }
  return watch(follow(`/mailboxes${pathOf(inbox.address)}/events`, {}, hear, { asNobody }))
}

function hear(event: LiveEvent, came: Came): void {
  const one = held.value.find(({ address }) => address === event.address)
  if (!one) return
  const inbox = inboxOf(one)
  if (event.type === 'mailbox.changed') void refresh(one)
  if (event.type === 'gone') inbox.isOver.value = true
  const mail = inbox.take(event)
  if (mail) came(mail, inbox)
}

/** Its end may be another one now. */
async function refresh(one: Held): Promise<void> {
  const there = await call<Mailbox>('GET', `/mailboxes${pathOf(one.id)}`, { token: one.token }).catch(() => null)
  const known = held.value.find(({ id }) => id === one.id)
  if (there && known && there.expiresAt !== known.expiresAt) endsAt(there, true)
}

/** The line is refused for all where one token is not good any more: those are let go. */
async function sort(all: readonly Held[]): Promise<void> {
  for (const one of all) {
    try {
      await call('GET', `/mailboxes${pathOf(one.id)}`, { token: one.token })
    } catch (error) {
      const isGone = error instanceof ApiError && (error.status === 401 || error.status === 404)
      if (!isGone) continue
      const inbox = inboxOf(one)
      // Who has it before him is told; what ended while nobody looked is not shown again.
      if (inbox.all.isKnown.value) inbox.isOver.value = true
      else letGo(one.address)
    }
  }
}

function watch(followed: Line): Followed {
  const isBroken = signal(false)
  effect(() => {
    const state = followed.state.value
    if (state === 'down') isBroken.value = true
    if (state === 'live') isBroken.value = false
  })
  return { line: followed, isBroken }
}
