// The addresses that this browser holds, with their tokens. Every tab of the browser has the same.
import { computed, signal } from '@preact/signals'
import { serverNow } from '../api.ts'
import { keep, recall } from '../kept.ts'
import type { Mailbox } from '../shapes.ts'

export type Held = {
  address: string
  id: string
  token: string
  /** Since when its time runs: it was opened or extended then. */
  since: string
  /** Null: it has no end. */
  expiresAt: string | null
}

const name = 'addresses'
const currentName = 'address'

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

function readHeld(value: unknown): Held | null {
  if (typeof value !== 'object' || value === null) return null
  const { address, id, token, since, expiresAt }: Record<string, unknown> = { ...value }
  if (!isText(address) || !isText(id) || !isText(token) || !isText(since)) return null
  return { address, id, token, since, expiresAt: isText(expiresAt) ? expiresAt : null }
}

const readAll = (value: unknown): Held[] | null =>
  Array.isArray(value) ? value.map(readHeld).filter((one) => one !== null) : null

const isOver = ({ expiresAt }: Held): boolean => expiresAt !== null && Date.parse(expiresAt) <= serverNow()

const stored = (): Held[] => recall(name, readAll) ?? []

/** In the order in which they were opened. What ended while nobody looked is not shown again. */
export const held = signal<readonly Held[]>(stored().filter((one) => !isOver(one)))
const chosen = signal(recall(currentName, (value) => (isText(value) ? value : null)))

/** The one that is looked at; null where there is none. */
export const current = computed(
  () => held.value.find(({ address }) => address === chosen.value) ?? held.value.at(-1) ?? null,
)

addEventListener('storage', ({ key }) => {
  if (key === null || key.endsWith(`.${name}`)) held.value = stored()
})

/** Another tab may have changed them since: what is stored is what is changed. */
function write(change: (all: Held[]) => Held[]): void {
  const all = change(recall(name, readAll) ?? [...held.value])
  keep(name, all)
  held.value = all.filter((one) => !isOver(one) || held.value.some(({ id }) => id === one.id))
}

export function hold(one: Held): void {
  write((all) => [...all.filter(({ address }) => address !== one.address), one])
  choose(one.address)
}

/** It is the server's again, or nobody's: this browser keeps nothing of it. */
export const letGo = (address: string): void => write((all) => all.filter((one) => one.address !== address))

export function choose(address: string): void {
  keep(currentName, address)
  chosen.value = address
}

/** Its end is another one now. `isAnew`: its time runs from now. */
export function endsAt({ id, expiresAt }: Pick<Mailbox, 'id' | 'expiresAt'>, isAnew: boolean): void {
  const change = (one: Held): Held => ({
    ...one,
    expiresAt,
    ...(isAnew ? { since: new Date(serverNow()).toISOString() } : {}),
  })
  write((all) => all.map((one) => (one.id === id ? change(one) : one)))
}
