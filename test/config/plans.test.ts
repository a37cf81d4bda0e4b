// Plans: what ships, and how an operator changes it.
import { expect, test } from 'bun:test'
import { lines, load } from './sandbox.ts'

test('the plans that ship', () => {
  const { plans } = load()
  expect(Object.keys(plans).sort()).toEqual(
    ['anonymous', 'basic', 'dev', 'free', 'hobbyist', 'premium', 'pro', 'scale', 'team', 'unlimited'].sort(),
  )
  const permanent = Object.entries(plans).filter(([, plan]) => plan.permanent_mailboxes)
  expect(permanent.map(([name]) => name).sort()).toEqual(['pro', 'scale', 'team', 'unlimited'])
  expect(plans['free']).toEqual({
    enabled: true,
    requests_per_minute: 60,
    burst: 100,
    requests_per_day: 100,
    inboxes_per_day: 50,
    active_mailboxes: 3,
    archived_mailboxes: 5,
    default_ttl_minutes: 30,
    max_ttl_minutes: 1440,
    permanent_mailboxes: false,
    retention_minutes: 1440,
    mailbox_bytes: 40 * 1024 * 1024,
    custom_domains: 0,
    webhooks: 1,
    custom_local_part: false,
    choose_domain: false,
    btcpay_days: 30,
  })
  expect(plans['unlimited']).toEqual({
    enabled: true,
    default_ttl_minutes: 1440,
    permanent_mailboxes: true,
    custom_local_part: true,
    choose_domain: true,
    btcpay_days: 30,
  })
})

test('a plan that ships changes only in the keys that are named', () => {
  const free = load().plans['free']
  expect(load({ toml: '[plans.free]\nburst = 7\nwebhooks = 0' }).plans['free']).toEqual(
    free && { ...free, burst: 7, webhooks: 0 },
  )
})

test('"unlimited" lifts a limit that ships', () => {
  const free = load({ toml: '[plans.free]\nburst = "unlimited"' }).plans['free']
  expect(free).toBeDefined()
  expect(free).not.toHaveProperty('burst')
  expect(free).toHaveProperty('requests_per_minute', 60)
})

test('a new plan starts without limits and with every permission', () => {
  expect(load({ toml: '[plans.testers]\nkeys = 3\nkey_scopes = ["mailboxes"]' }).plans['testers']).toEqual({
    enabled: true,
    keys: 3,
    key_scopes: ['mailboxes'],
    permanent_mailboxes: true,
    custom_local_part: true,
    choose_domain: true,
    btcpay_days: 30,
  })
})

test('enabled = false takes a plan away, unless the server needs it', () => {
  expect(load({ toml: '[plans.dev]\nenabled = false' }).plans).not.toHaveProperty('dev')
  expect(lines({ toml: '[plans.anonymous]\nenabled = false\n[plans.free]\nenabled = false' })).toEqual([
    'plans.anonymous.enabled: expected true, since the server itself needs this plan, got false',
    expect.stringMatching(/^server\.default_plan: expected one of the plans .*basic.*, got "free"$/),
  ])
})

test('a lower maximum leaves a default that ships alone; a default beyond it is a slip', () => {
  expect(load({ toml: '[plans.free]\nmax_ttl_minutes = 10' }).plans['free']).toMatchObject({ default_ttl_minutes: 30 })
  expect(lines({ toml: '[plans.free]\nmax_ttl_minutes = 10\ndefault_ttl_minutes = 20' })).toEqual([
    'plans.free.default_ttl_minutes: expected at most max_ttl_minutes (10), got 20',
  ])
})

test('a plan may have a dash in its name, and no capital, dot or underscore', () => {
  expect(load({ env: { MAYFLY_PLANS_MY_TEAM_BURST: '4' } }).plans['my-team']).toMatchObject({ burst: 4 })
  for (const name of ['Big', 'my_plan', '"a.b"', '-x', '__proto__', 'constructor1_'])
    expect(lines({ toml: `[plans.${name}]\nburst = 1` })).toHaveLength(1)
  expect(load({ toml: '[plans.constructor]\nburst = 1' }).plans['constructor']).toMatchObject({ burst: 1 })
})
