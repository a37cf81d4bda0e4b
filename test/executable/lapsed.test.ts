// What ran out while no server ran has run out when one answers again; paying by hand is in force at once.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { databaseFile } from '../../src/storage/database.ts'
import { ulidOf } from '../../src/ulid.ts'
import { testConfig, testCore } from '../core.ts'
import { emptyDirectory, run, serve } from './launch.ts'

const day = 86_400_000

test('a plan that ran out while the server was down is over with the first answer, until it is paid again', async () => {
  using directory = emptyDirectory()
  // A month ago.
  const config = testConfig({ MAYFLY_SERVER_DATA_DIR: `${directory.path}/mayfly-data` })
  await Bun.$`mkdir -p ${config.server.data_dir}`.quiet()
  const core = testCore({ config, file: databaseFile(config.server.data_dir), now: Date.now() - 30 * day - 1000 })
  const returnTo = (id: string): string => `http://mayfly.test/app/checkout/${id}`
  const wish = { plan: 'dev', rail: 'manual', client: '192.0.2.1', returnTo }
  const { invoice, checkoutUrl } = await core.payments.order({ kind: 'nobody' }, wish)
  await core.payments.payByHand(operator, invoice.id)
  const { key } = await core.payments.handOut(invoice.id, checkoutUrl.split('#')[1] ?? '', '192.0.2.1')
  core.close()

  await using server = await serve(directory)
  const there = `http://127.0.0.1:${server.http}`
  const headers = { authorization: `Bearer ${key}` }
  const inbox = async (): Promise<number> => (await fetch(`${there}/inbox/a@mayfly.test`, { headers })).status
  expect(await inbox()).toBe(402)
  const [, row = ''] = (await run(directory, ['account', 'list'])).out.split('\n')
  const [account = '', , state] = row.split(/ {2,}/)
  expect(state).toBe('lapsed')
  const order = await fetch(`${there}/keys`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"plan":"dev","rail":"manual"}',
  })
  const { invoice_id: id } = Object(await order.json())
  const listed = (await run(directory, ['invoice', 'list'])).out.split('\n')
  expect(listed.map((line) => line.split(/ {2,}/).slice(0, 4)).slice(1, 3)).toEqual([
    [ulidOf(invoice.id), 'paid', 'dev', 'manual'],
    [id, 'pending', 'dev', 'manual'],
  ])
  expect((await run(directory, ['invoice', 'pay', id])).code).toBe(0)
  expect(await inbox()).toBe(200)
  for (const wrong of ['x', '01900000-0000-7000-8000-000000000000']) {
    const { code, err } = await run(directory, ['invoice', 'pay', wrong])
    expect([wrong, code > 0, err !== '']).toEqual([wrong, true, true])
  }
  // Without members it is named by its id.
  expect((await run(directory, ['account', 'suspend', '--email', account])).code).toBe(0)
  expect(await inbox()).toBe(402)
  expect((await run(directory, ['account', 'resume', '--email', account.toUpperCase()])).code).toBe(0)
  expect((await run(directory, ['account', 'set', '--email', account, '--plan', 'scale'])).code).toBe(0)
  expect(await (await fetch(`${there}/mayfly/v1/account`, { headers })).json()).toMatchObject({ plan: 'scale' })
  expect((await run(directory, ['account', 'delete', '--email', 'nobody'])).err).toContain('or this id')
  const metrics = await (await fetch(`${there}/metrics`)).text()
  expect(metrics).toContain('mayfly_invoices{rail="manual",state="paid"} 2')
  expect(server.log()).not.toContain(key)
})
