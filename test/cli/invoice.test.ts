// The commands about invoices, without a server.
import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import { readArguments, UsageError } from '../../src/cli/arguments.ts'
import { invoiceCommands } from '../../src/cli/invoice.ts'
import { databaseFile } from '../../src/storage/database.ts'
import { ulidOf } from '../../src/ulid.ts'
import { temporaryDirectory, testConfig, testCore } from '../core.ts'

/** A place with an order in it. */
async function sold() {
  const directory = temporaryDirectory()
  const config = testConfig({ MAYFLY_SERVER_DATA_DIR: directory.path })
  const core = testCore({ config, file: databaseFile(directory.path), now: Date.now() })
  const returnTo = (id: string): string => `http://mayfly.test/app/checkout/${id}`
  const wish = { plan: 'dev', rail: 'manual', client: '192.0.2.1', returnTo }
  const { invoice } = await core.payments.order(nobody, wish)
  core.close()
  return {
    id: invoice.id,
    run: async (...words: string[]): Promise<string[]> => {
      const { command, ...typed } = readArguments(['invoice', ...words])
      const out: string[] = []
      const terminal = { print: (line: string) => void out.push(line), note: () => {}, input: new Blob([]).stream() }
      await new Map(Object.entries(invoiceCommands)).get(command)?.({ config, terminal, ...typed })
      return out
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

test('are listed, and as the native API answers them', async () => {
  using here = await sold()
  const [heading, row] = await here.run('list')
  expect(heading?.split(/ {2,}/)).toEqual(['ID', 'STATE', 'PLAN', 'RAIL', 'ACCOUNT', 'ORDERED', 'PAID UNTIL'])
  expect(row?.split(/ +/).slice(0, 5)).toEqual([ulidOf(here.id), 'pending', 'dev', 'manual', '-'])
  const [json = ''] = await here.run('list', '--json')
  expect(JSON.parse(json)).toMatchObject({ items: [{ id: here.id, state: 'pending', accountId: null }] })
})

test('are paid by the id that is listed, or as a UUID, in any case, once', async () => {
  using here = await sold()
  const name = ulidOf(here.id)
  expect(await here.run('pay', name.toLowerCase())).toEqual([
    expect.stringMatching(new RegExp(`^the invoice ${name} is paid: its account has the plan dev until 20\\d\\d-`)),
  ])
  expect(await here.run('pay', here.id.toUpperCase())).toEqual([
    expect.stringMatching(new RegExp(`^the invoice ${name} was paid already: nothing is changed`)),
  ])
  const [json = ''] = await here.run('pay', here.id, '--json')
  expect(JSON.parse(json)).toMatchObject({ id: here.id, state: 'paid', wasPaid: true })
})

test('are not paid by what is no id, or nobody’s', async () => {
  using here = await sold()
  for (const id of ['x', '5', here.id.slice(1), `${ulidOf(here.id)}0`, 'U'.repeat(26)])
    await expect(here.run('pay', id)).rejects.toThrow(UsageError)
  await expect(here.run('pay', '01900000-0000-7000-8000-000000000000')).rejects.toThrow(
    'there is no such invoice: see mayfly invoice list',
  )
  expect(() => readArguments(['invoice', 'pay'])).toThrow(UsageError)
  expect(() => readArguments(['invoice', 'list', 'x'])).toThrow(UsageError)
})
