// What stands before listeners that strangers reach: who may connect, and that Bun's server hears who it is.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { selfSigned } from '../../src/certificate.ts'
import { Gate } from '../../src/http/gate.ts'
import { Slots } from '../../src/http/slots.ts'
import { Networks } from '../../src/limits/networks.ts'
import type { Reason } from '../../src/refusal.ts'
import { fingerprintOf, secureLine } from './secure.ts'
import { head, serve, talk, temporary, until } from './serve.ts'

/** A gate of two connections an address, loopback included, before a server that answers who came. */
async function openGate(certificate: Parameters<typeof fingerprintOf>[0] | null) {
  const refused: Reason[] = []
  const slots = new Slots(2, new Networks([]))
  const gate = new Gate({
    certificate,
    enter: (client) => slots.take(client),
    refused: (reason) => void refused.push(reason),
  })
  const inner = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, server) => new Response(gate.clientAt(server.requestIP(request)?.port ?? 0) ?? 'nobody'),
  })
  await gate.open({ host: '127.0.0.1', port: 0 }, { host: '127.0.0.1', port: inner.port ?? 0 })
  return {
    gate,
    refused,
    inner: inner.port ?? 0,
    port: gate.address.port,
    [Symbol.asyncDispose]: async () => {
      gate.close()
      await inner.stop(true)
    },
  }
}

/** A connection from one of the many loopback addresses. */
function from(port: number, localAddress: string) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress })
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
  socket.on('error', () => {})
  return {
    hear: async (part: string): Promise<string> => {
      await until(() => heard.includes(part) || socket.closed)
      return heard
    },
    ask: () => socket.write(head('GET', '/', { Host: 'localhost' })),
    close: () => void socket.destroy(),
  }
}

test('a place is for each address alone, given back when its connection ends, and the one too many is told', async () => {
  await using gate = await openGate(null)
  const two = [from(gate.port, '127.0.0.2'), from(gate.port, '127.0.0.2')]
  for (const one of two) {
    one.ask()
    expect(await one.hear('127.0.0.2')).toEndWith('127.0.0.2')
  }
  expect(await from(gate.port, '127.0.0.2').hear('\r\n\r\n')).toStartWith('HTTP/1.1 429 ')
  expect(gate.refused).toEqual(['rate-exceeded'])
  const other = from(gate.port, '127.0.0.3')
  other.ask()
  expect(await other.hear('127.0.0.3')).toEndWith('127.0.0.3')
  two[0]?.close()
  let again = ''
  while (!again.startsWith('HTTP/1.1 200')) {
    const one = from(gate.port, '127.0.0.2')
    one.ask()
    again = await one.hear('\r\n\r\n')
  }
  expect(again).toEndWith('127.0.0.2')
})

test('a connection past the gate is nobody’s', async () => {
  await using gate = await openGate(null)
  expect(await talk(gate.inner, head('GET', '/', { Host: 'x', Connection: 'close' }), () => false)).toEndWith('nobody')
})

test('a gate with TLS takes up a new certificate; who is in the middle of a handshake keeps his connection', async () => {
  using one = temporary()
  using other = temporary()
  const [first, second] = [
    await selfSigned(one.path, 'a.example.test', Date.now()),
    await selfSigned(other.path, 'b.example.test', Date.now()),
  ]
  await using gate = await openGate(first)
  const before = await secureLine(gate.port)
  gate.gate.useCertificate(second)
  const after = await secureLine(gate.port)
  expect([before.fingerprint, after.fingerprint]).toEqual([fingerprintOf(first), fingerprintOf(second)])
  for (const line of [before, after]) expect(await line.get('/')).toStartWith('HTTP/1.1 200')
  // The third finds no place: before a handshake nothing can be said.
  expect(await secureLine(gate.port).catch((error) => error)).toBeInstanceOf(Error)
  expect(gate.refused).toEqual(['rate-exceeded'])
})

test('what is no handshake is closed, and its place is free again', async () => {
  using directory = temporary()
  await using gate = await openGate(await selfSigned(directory.path, 'a.example.test', Date.now()))
  for (let n = 0; n < 5; n++) {
    expect(await talk(gate.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', () => false)).not.toContain('HTTP/')
  }
  const line = await secureLine(gate.port)
  expect(await line.get('/')).toStartWith('HTTP/1.1 200')
  expect(gate.refused).toEqual([])
})

test('a server that strangers can reach takes so many connections and no more, and counts what it refused', async () => {
  await using server = await serve({ MAYFLY_HTTP_LISTEN: '0.0.0.0:0', MAYFLY_HTTP_MAX_CONNECTIONS: '5' })
  const five = Array.from({ length: 5 }, () => from(server.port, '127.0.0.1'))
  for (const one of five) {
    one.ask()
    expect(await one.hear('\r\n\r\n')).toStartWith('HTTP/1.1 200 ')
  }
  expect(await from(server.port, '127.0.0.1').hear('\r\n\r\n')).toStartWith('HTTP/1.1 429 ')
  const { values } = await server.core.metrics.httpRefused.get()
  expect(values.map(({ labels, value }) => [labels.reason, value])).toEqual([['too-many-connections', 1]])
  expect((await server.core.metrics.httpConnections.get()).values[0]?.value).toBe(5)
  for (const one of five) one.close()
})
