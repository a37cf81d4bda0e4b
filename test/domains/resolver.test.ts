import { describe, expect, test } from 'bun:test'
import { Resolver } from '../../src/domains/resolver.ts'
import { realOutside } from '../../src/outside.ts'
import { a, aaaa, cname, type Fault, mx, nameServer, txt, type Zone } from './name-server.ts'

const asking = { urgent: true }

async function world(zone: Zone, faults: Record<string, Fault> = {}, { perSecond = 1000, timeoutMs = 600 } = {}) {
  const server = await nameServer(zone, { faults })
  const resolver = new Resolver({ nameservers: [server.address], timeoutMs, queriesPerSecond: perSecond }, realOutside)
  return { server, resolver, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

describe('a look-up', () => {
  test('puts the strings of a TXT record together, and keeps records apart', async () => {
    await using one = await world({ 'a.test': [txt('a.test', 'may', 'fly-', 'x'), txt('a.test', 'other')] })
    expect(await one.resolver.txt('A.Test.', asking)).toEqual({
      is: 'found',
      values: ['mayfly-x', 'other'],
      aliases: [],
    })
  })

  test('takes empty, binary and huge TXT records as what they are', async () => {
    const huge = Array.from({ length: 200 }, () => 'x'.repeat(255))
    await using one = await world({
      'empty.test': [txt('empty.test', '')],
      'binary.test': [txt('binary.test', Buffer.from([0, 255, 254, 10]))],
      'huge.test': [txt('huge.test', ...huge)],
    })
    expect(await one.resolver.txt('empty.test', asking)).toMatchObject({ values: [''] })
    expect(await one.resolver.txt('binary.test', asking)).toMatchObject({ values: ['\u0000\ufffd\ufffd\n'] })
    expect(await one.resolver.txt('huge.test', asking)).toMatchObject({ values: ['x'.repeat(51_000)] })
    expect(one.server.asked).toContain('tcp TXT huge.test')
  })

  test('sorts MX records, and reads the null one', async () => {
    await using one = await world({
      'a.test': [mx('a.test', 'Second.test', 20), mx('a.test', 'first.test', 5)],
      'null.test': [mx('null.test', '.', 0)],
    })
    expect(await one.resolver.mx('a.test', asking)).toMatchObject({
      values: [
        { exchange: 'first.test', priority: 5 },
        { exchange: 'second.test', priority: 20 },
      ],
    })
    expect(await one.resolver.mx('null.test', asking)).toMatchObject({ values: [{ exchange: '', priority: 0 }] })
  })

  test('says "nothing" for no such name and for no such record alike, type by type', async () => {
    await using one = await world(
      { 'a.test': [a('a.test', '192.0.2.1'), txt('a.test', 'x')] },
      { 'a.test': { nxdomain: ['TXT'] } },
    )
    expect(await one.resolver.mx('a.test', asking)).toEqual({ is: 'nothing', aliases: [] })
    expect(await one.resolver.txt('a.test', asking)).toEqual({ is: 'nothing', aliases: [] })
    expect(await one.resolver.txt('none.test', asking)).toEqual({ is: 'nothing', aliases: [] })
    expect(await one.resolver.a('a.test', asking)).toMatchObject({ values: ['192.0.2.1'] })
  })

  test.each<[Fault, string]>([
    ['servfail', 'SERVFAIL'],
    ['refused', 'REFUSED'],
    ['formerr', 'FORMERR'],
    ['silent', 'no answer came in time'],
    ['wrong-id', 'no answer came in time'],
    ['wrong-question', 'no answer came in time'],
    ['garbage', 'no answer came in time'],
    ['cut-always', 'something else over TCP'],
    ['referral', 'asks none of them'],
    [{ slowMs: 5000 }, 'no answer came in time'],
  ])('takes %p for no answer, and never for "nothing"', async (fault, why) => {
    await using one = await world({ 'a.test': [txt('a.test', 'x')] }, { 'a.test': fault })
    const found = await one.resolver.txt('a.test', asking)
    expect(found).toMatchObject({ is: 'unknown', why: expect.stringContaining(why) })
  })

  test('asks again over TCP for what was cut short, and waits for a slow answer', async () => {
    await using one = await world(
      { 'cut.test': [txt('cut.test', 'x')], 'slow.test': [txt('slow.test', 'y')] },
      { 'cut.test': 'cut', 'slow.test': { slowMs: 450 } },
    )
    expect(await one.resolver.txt('cut.test', asking)).toMatchObject({ values: ['x'] })
    expect(one.server.asked).toEqual(['TXT cut.test', 'tcp TXT cut.test'])
    expect(await one.resolver.txt('slow.test', asking)).toMatchObject({ values: ['y'] })
  })

  test('follows aliases, within an answer and beyond, and gives up on those that lead in a circle', async () => {
    await using one = await world({
      'within.test': [cname('within.test', 'end.test'), txt('end.test', 'x')],
      'beyond.test': [cname('beyond.test', 'End.test.')],
      'end.test': [txt('end.test', 'y')],
      'dangling.test': [cname('dangling.test', 'gone.test')],
      'loop.test': [cname('loop.test', 'pool.test')],
      'pool.test': [cname('pool.test', 'loop.test')],
      ...Object.fromEntries(
        Array.from({ length: 12 }, (_, at) => [`far${at}.test`, [cname(`far${at}.test`, `far${at + 1}.test`)]]),
      ),
    })
    expect(await one.resolver.txt('within.test', asking)).toEqual({
      is: 'found',
      values: ['x'],
      aliases: ['end.test'],
    })
    expect(await one.resolver.txt('beyond.test', asking)).toMatchObject({ values: ['y'], aliases: ['end.test'] })
    expect(await one.resolver.txt('dangling.test', asking)).toEqual({ is: 'nothing', aliases: ['gone.test'] })
    expect(await one.resolver.txt('loop.test', asking)).toMatchObject({ is: 'unknown' })
    expect(await one.resolver.txt('far0.test', asking)).toMatchObject({ is: 'unknown' })
  })

  test('asks the next name server when the first cannot say or is silent', async () => {
    await using broken = await nameServer({}, { faults: { 'a.test': 'servfail', 'b.test': 'silent' } })
    await using good = await nameServer({ 'a.test': [txt('a.test', 'x')], 'b.test': [txt('b.test', 'y')] })
    const nameservers = [broken.address, good.address]
    const resolver = new Resolver({ nameservers, timeoutMs: 900, queriesPerSecond: 100 }, realOutside)
    expect(await resolver.txt('a.test', asking)).toMatchObject({ values: ['x'] })
    expect(await resolver.txt('b.test', asking)).toMatchObject({ values: ['y'] })
  })

  test('says why, where no name server listens', async () => {
    const closed = await nameServer()
    await closed[Symbol.asyncDispose]()
    const resolver = new Resolver({ nameservers: [closed.address], timeoutMs: 500, queriesPerSecond: 100 }, realOutside)
    expect(await resolver.mx('a.test', asking)).toMatchObject({ is: 'unknown' })
  })

  test('finds addresses of both kinds, and the names of an address', async () => {
    await using one = await world({
      'a.test': [a('a.test', '192.0.2.1'), aaaa('a.test', '2001:db8::1')],
      '1.2.0.192.in-addr.arpa': [{ type: 'PTR', name: '1.2.0.192.in-addr.arpa', data: 'A.test' }],
    })
    expect(await one.resolver.addresses('a.test', asking)).toMatchObject({ values: ['192.0.2.1', '2001:db8::1'] })
    expect(await one.resolver.ptr('192.0.2.1', asking)).toMatchObject({ values: ['a.test'] })
    expect(await one.resolver.ptr('2001:db8::1', asking)).toEqual({ is: 'nothing', aliases: [] })
    expect(one.server.asked.at(-1)).toBe(`PTR ${'1.'.padEnd(48, '0.')}8.b.d.0.1.0.0.2.ip6.arpa`)
  })

  test('has so many questions on their way at most, and begins so many in a second', async () => {
    await using one = await world({}, { 'x.test': { slowMs: 50 } }, { perSecond: 150, timeoutMs: 5000 })
    const began = performance.now()
    await Promise.all(Array.from({ length: 300 }, () => one.resolver.txt('x.test', { urgent: false })))
    expect(one.server.asked.length).toBe(300)
    expect(one.server.mostAtOnce()).toBeLessThanOrEqual(64)
    expect(performance.now() - began).toBeGreaterThan(950)
  })

  test('ends when nobody waits any more, on its way or in the line, and lets the next have its turn', async () => {
    await using one = await world(
      { 'b.test': [a('b.test', '192.0.2.1')] },
      { 'a.test': 'silent' },
      { timeoutMs: 60_000 },
    )
    const leaving = new AbortController()
    const gone = Array.from({ length: 200 }, () => one.resolver.a('a.test', { urgent: true, signal: leaving.signal }))
    while (one.server.asked.length < 64) await Bun.sleep(5)
    leaving.abort()
    const said = await Promise.all(gone)
    expect(said).toEqual(Array(200).fill({ is: 'unknown', why: 'no answer came in time' }))
    expect(await one.resolver.a('b.test', asking)).toMatchObject({ values: ['192.0.2.1'] })
    // Those in the line were never asked.
    expect(one.server.asked).toHaveLength(65)
    const late = await one.resolver.a('b.test', { urgent: true, signal: leaving.signal })
    expect(late).toEqual({ is: 'unknown', why: 'no answer came in time' })
  })
})
