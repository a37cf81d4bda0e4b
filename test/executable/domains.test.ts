// A domain brought from nothing to a received mail and back, with the executable and a real name server.
import { expect, test } from 'bun:test'
import { mx, nameServer, txt } from '../domains/name-server.ts'
import { emptyDirectory, json, type Running, run, serve } from './launch.ts'
import { sendTo } from './sender.ts'

const ann = 'ann@example.test'

type Domain = { state: string; records: { value: string; status: string | null }[] }

test('a domain takes mail when its records are found, through a crash, and not any more when they are gone', async () => {
  await using dns = await nameServer()
  using directory = emptyDirectory()
  const env = {
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_FIRST_CHECK_SECONDS: '1',
    MAYFLY_DNS_GRACE_HOURS: '0',
    MAYFLY_SMTP_HOSTNAME: 'mx.here.test',
    MAYFLY_SMTP_TRUSTED_NETWORKS: '10.0.0.0/8',
  }
  const command = async (words: string): Promise<string> => {
    const { code, out, err } = await run(directory, words.split(' '), env)
    if (code !== 0) throw new Error(`mayfly ${words} ended with ${code}: ${err}`)
    return out.trim()
  }
  await command(`account create --email ${ann}`)
  const headers = { authorization: `Bearer ${await command(`key create --account ${ann}`)}` }
  const domain = (server: Running) => json<Domain>(`${server.api}/domains/own.example`, { headers })
  {
    await using server = await serve(directory, env)
    const [line = ''] = (await command('domain add own.example')).split('\n')
    dns.zone['_mayfly.own.example'] = [txt('_mayfly.own.example', /"(.+)"/.exec(line)?.[1] ?? '')]
    dns.zone['own.example'] = [mx('own.example', 'mx.here.test')]
    // Nobody asks for it: the server looks by itself.
    while ((await domain(server)).state !== 'verified') await Bun.sleep(50)
    expect(await sendTo(server, 'any@own.example')).toStartWith('250')
    await server.end('SIGKILL')
  }
  await using server = await serve(directory, env)
  expect(await sendTo(server, 'any@own.example')).toStartWith('250')
  const { items } = await json<{ items: unknown[] }>(`${server.api}/mailboxes/any@own.example/messages`, { headers })
  expect(items).toHaveLength(2)
  delete dns.zone['own.example']
  const { state, records } = await json<Domain>(`${server.api}/domains/own.example/verify`, { headers, body: {} })
  expect([state, records.map(({ status }) => status)]).toEqual(['lapsed', ['found', 'missing', null]])
  expect(await sendTo(server, 'any@own.example')).toStartWith('550 5.7.1')
  expect(await command('domain list')).toContain('lapsed')
  const refused = await run(directory, ['domain', 'remove', 'own.example'], env)
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('1 mailbox would end with it')])
  await command('domain remove own.example --yes')
})
