// Promise 25: payments grant once, however often, late and in whichever order they are told of, and whoever makes some up.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { Refusal } from '../../src/refusal.ts'
import { temporaryDirectory } from '../core.ts'
import { called, forged } from '../payments/scripted-rail.ts'
import { anywhere, shop } from '../payments/shop.ts'
import { day, type History, histories, type Telling, tellings, worthOf } from './payments-model.ts'
import { figures, size } from './promise.ts'

const rounds = size(2, 30)
const events = 1000
const orders = 120
const kills = size(4, 50)
const graceMs = 6 * 3_600_000

type Shop = ReturnType<typeof shop>

/** Everybody presses the button of each order, several times at once. Answers the keys by order. */
async function pressed({ payments }: Shop, all: readonly History[]): Promise<Map<string, string>> {
  const keys = new Map<string, string>()
  for (const { invoiceId, secret } of all) {
    const presses = await Promise.allSettled([1, 2, 3].map(() => payments.handOut(invoiceId, secret, '192.0.2.1')))
    const got = presses.flatMap((press) => (press.status === 'fulfilled' ? [press.value.key] : []))
    expect(got.length).toBeLessThanOrEqual(1)
    for (const key of got) keys.set(invoiceId, key)
  }
  return keys
}

/** What there is, held against what the whole history comes to. Answers the keys that were handed out. */
async function agrees(here: Shop, all: readonly History[], began: number): Promise<Map<string, string>> {
  const { core, invoice } = here
  const paid = all.filter((one) => worthOf(one).isPaid)
  for (const one of all) {
    const { isPaid, until } = worthOf(one)
    const there = await invoice(one.invoiceId)
    expect([one, there.state === 'paid']).toEqual([one, isPaid])
    if (one.rail === 'stripe' && isPaid) {
      const isEnded = there.endedAt !== null && there.endedAt >= (there.lastPaidAt ?? 0)
      const end = isEnded ? Math.min(there.paidUntil ?? 0, there.endedAt ?? 0) : there.paidUntil
      expect([one, end]).toEqual([one, until])
    }
    if (one.rail === 'lightning' && isPaid && one.accountId === null)
      expect([one, there.paidUntil]).toEqual([one, began + 30 * day])
  }
  // Days that one account paid for add up, each once.
  for (const accountId of new Set(all.flatMap((one) => one.accountId ?? []))) {
    const own = paid.filter((one) => one.accountId === accountId)
    const ends = await Promise.all(own.map(async ({ invoiceId }) => (await invoice(invoiceId)).paidUntil ?? 0))
    const due = own.map((_, index) => began + (index + 1) * 30 * day)
    expect(ends.toSorted((one, other) => one - other)).toEqual(due)
  }
  // One account and one key for each that was paid without one, and not one more.
  const bought = paid.filter(({ accountId }) => accountId === null)
  const accounts: string[] = []
  for (let after = 0, more = true; more; ) {
    const page = await core.accounts.list(operator, { after, limit: 100 })
    accounts.push(...page.flatMap(({ id, members }) => (members === 0 ? [id] : [])))
    after = page.at(-1)?.key ?? 0
    more = page.length > 0
  }
  expect(accounts.length).toBe(bought.length)
  const keys = await pressed(here, all)
  expect([...keys.keys()].toSorted()).toEqual(bought.map(({ invoiceId }) => invoiceId).toSorted())
  return keys
}

/** Whether a key opens anything. */
async function opens({ core }: Shop, key: string): Promise<boolean> {
  try {
    await core.keys.holder(key, anywhere)
    return true
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'plan-lapsed') return false
    throw error
  }
}

/** Lets time pass: each key is good for as long as was paid for, and for the grace of a subscription that goes on. */
async function runsOut(here: Shop, all: readonly History[], keys: Map<string, string>, began: number): Promise<void> {
  for (const days of [9.9, 10.1, 29.9, 30.1, 30.3, 59.9, 70.1, 89.9, 100.1, 119.9, 120.1, 121]) {
    await here.pass(began + days * day - here.core.clock.now)
    for (const one of all) {
      const key = keys.get(one.invoiceId)
      if (key === undefined) continue
      const { until, endedAt } = worthOf(one)
      const end = one.rail === 'lightning' ? began + 30 * day : endedAt === null ? (until ?? 0) + graceMs : (until ?? 0)
      expect([one, days, await opens(here, key)]).toEqual([one, days, end > here.core.clock.now])
    }
  }
}

async function told({ payments }: Shop, { rail, notice, isForged }: Telling): Promise<void> {
  const { body, headers } = isForged ? forged(notice) : called(notice)
  const [outcome] = await Promise.allSettled([payments.hear(rail, body, headers)])
  expect(outcome?.status).toBe(isForged ? 'rejected' : 'fulfilled')
}

test(`promise 25: ${events} duplicated, reordered, late and forged events grant once, over ${rounds} rounds`, async () => {
  let granted = 0
  for (let round = 0; round < rounds; round++) {
    const here = shop()
    const began = here.core.clock.now
    const all = await histories(here.core, here, orders)
    const all1000 = tellings(all, events)
    for (let at = 0; at < all1000.length; at += 25) {
      await Promise.all(all1000.slice(at, at + 25).map((one) => told(here, one)))
    }
    const keys = await agrees(here, all, began)
    await runsOut(here, all, keys, began)
    granted += keys.size
    here.core.close()
  }
  figures(`${rounds} times ${events} events about ${orders} orders, ${granted} keys granted, each once`)
}, 3_600_000)

/** A server in a process of its own, over a database on the disk. */
async function seller(file: string) {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/../payments/seller.ts`, file], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const { value } = await child.stdout.getReader().read()
  return { url: new TextDecoder().decode(value).trim(), child }
}

test(`promise 25: kill -9 of the server between grants nothing twice and loses nothing, over ${kills} kills`, async () => {
  using directory = temporaryDirectory()
  const file = `${directory.path}/mayfly.db`
  const before = shop({ file })
  const began = before.core.clock.now
  const all = await histories(before.core, before, orders)
  before.core.close()
  const left = tellings(all, events)
  const each = Math.ceil(left.length / (kills + 1))
  let repeated = 0
  for (let round = 0; left.length > 0; round++) {
    const { url, child } = await seller(file)
    const some = left.splice(0, each)
    // Some in the middle of which it is killed: what is not answered is told again.
    const answers = some.map(async (one, index) => {
      const { body, headers } = one.isForged ? forged(one.notice) : called(one.notice)
      const call = { method: 'POST', headers: Object.fromEntries(headers), body }
      const status = await fetch(`${url}/mayfly/v1/payments/${one.rail}`, call).then(
        (answer) => answer.status,
        () => null,
      )
      if (round < kills && index === Math.floor(some.length / 2)) child.kill('SIGKILL')
      return { one, status }
    })
    for (const { one, status } of await Promise.all(answers)) {
      if (status === null) {
        repeated++
        left.push(one)
      } else expect(status).toBe(one.isForged ? 401 : 204)
    }
    child.kill('SIGKILL')
    await child.exited
  }
  const after = shop({ file })
  await agrees(after, all, began)
  after.core.close()
  figures(`${kills} kills among ${events} events, ${repeated} told again`)
}, 3_600_000)
