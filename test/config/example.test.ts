// The commented config that operators start from.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { exampleConfig } from '../../src/config/example.ts'
import { leafPaths } from '../../src/config/nearest.ts'
import { load } from './sandbox.ts'

const example = exampleConfig()
/** Every line that holds a default, without its #. */
const uncommented = example.replace(/^# ([a-z_]+ = .+)$/gm, '$1')

test('config.example.toml is what the schema makes of it (if not: scripts/make-example)', async () => {
  expect(await Bun.file(join(import.meta.dir, '../../config.example.toml')).text()).toBe(example)
})

test('as it is, the example is the default', () => {
  expect(load({ toml: example })).toEqual(load())
})

test('with every default uncommented, the example is the default', () => {
  expect(uncommented.match(/^[a-z_]+ = /gm)?.length).toBeGreaterThan(100)
  expect(load({ toml: uncommented })).toEqual(load())
})

test('with every sample uncommented too, it can be loaded', () => {
  const everything = uncommented.replace(/^## (.+)$/gm, '$1')
  const { tls, plans, payments } = load({ toml: everything })
  expect(tls.cert_file).toBe('/etc/mayfly/cert.pem')
  expect(plans).toHaveProperty('testers')
  expect(payments.btcpay.url).toBe('https://btcpay.example')
})

test('every key is in it', () => {
  const keys = new Set(leafPaths().map((path) => path.at(-1)))
  for (const key of keys) expect(example).toMatch(new RegExp(`^##? ${key} = `, 'm'))
})

test('no line is too long to read, lists aside', () => {
  for (const line of example.split('\n')) if (!line.includes('= [')) expect(line.length).toBeLessThanOrEqual(100)
})
