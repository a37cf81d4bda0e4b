import { expect, test } from 'bun:test'
import { openDoor } from './door.ts'
import { greeted, inData, talk } from './talk.ts'

test('a mail on its way in may finish; the others are told to come back', async () => {
  await using door = await openDoor({ SMTP_SHUTDOWN_SECONDS: '10' })
  const idle = await greeted(door.port)
  const begun = await greeted(door.port)
  await begun.ask('MAIL FROM:<a@b.test>')
  const sending = await greeted(door.port)
  await inData(sending)
  sending.send('Subject: last\r\n\r\n')
  const stopped = door.server.stop()
  expect(await idle.hear()).toStartWith('421 4.3.2')
  expect(await begun.hear()).toStartWith('421 4.3.2')
  sending.send('hello\r\n.\r\nMAIL FROM:<another@b.test>\r\n')
  expect(await sending.hear()).toStartWith('250 2.0.0')
  expect(await sending.hear()).toStartWith('421 4.3.2')
  for (const client of [idle, begun, sending]) client.hangUp()
  await stopped
  expect(door.stored().map(({ bytes }) => bytes.toString())).toEqual(['Subject: last\r\n\r\nhello\r\n'])
  await expect(talk(door.port).then((client) => client.hear())).resolves.toBe('')
})

test('a mail that does not finish in time is given up, and nothing of it is stored', async () => {
  await using door = await openDoor({ SMTP_SHUTDOWN_SECONDS: '0' })
  const sending = await greeted(door.port)
  await inData(sending)
  sending.send(`Subject: never\r\n\r\n${'x'.repeat(100_000)}`)
  await door.server.stop()
  expect(await sending.rest()).toStartWith('421 4.3.2')
  expect(door.stored()).toEqual([])
  expect(door.core.gathered.held).toBe(0)
})

test('a mail that is whole gets its own reply, however long its commit takes', async () => {
  await using door = await openDoor({ SMTP_SHUTDOWN_SECONDS: '0' })
  const arrive = door.core.messages.arrive.bind(door.core.messages)
  const asked = Promise.withResolvers<void>()
  const mayGoOn = Promise.withResolvers<void>()
  door.core.messages.arrive = (envelope) => {
    const arrival = arrive(envelope)
    const commit = arrival.commit.bind(arrival)
    arrival.commit = async () => {
      asked.resolve()
      await mayGoOn.promise
      return commit()
    }
    return arrival
  }
  const sending = await greeted(door.port)
  await inData(sending)
  sending.send('\r\nhello\r\n.\r\n')
  await asked.promise
  const stopped = door.server.stop()
  await Bun.sleep(100)
  mayGoOn.resolve()
  expect(await sending.hear()).toStartWith('250 2.0.0')
  expect(await sending.hear()).toStartWith('421 4.3.2')
  await stopped
  expect(door.stored()).toHaveLength(1)
})

test('a port that is taken is said', async () => {
  await using door = await openDoor()
  const taken = `127.0.0.1:${door.port}`
  await expect(openDoor({ SMTP_LISTEN: taken, SMTP_LISTEN_TLS: '' })).rejects.toThrow(
    `SMTP cannot listen on ${taken}: another program has this port`,
  )
})
