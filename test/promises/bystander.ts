// Run as a process of its own: mails and list calls of somebody who has nothing to do with what happens meanwhile.
// Arguments: the ports of SMTP and HTTP. When its input ends, it says how long each took, in milliseconds.
import { Conversation } from '../executable/sender.ts'

export type Told = { mails: number[]; lists: number[] }

if (import.meta.main) {
  const [smtp = '', http = ''] = process.argv.slice(2)
  const told: Told = { mails: [], lists: [] }
  let over = false
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now()
    await work()
    into.push(performance.now() - began)
    await Bun.sleep(20)
  }
  const talk = await Conversation.open(Number(smtp))
  await talk.hear()
  await talk.say('EHLO bystander.test\r\n')
  const send = async (n: number): Promise<void> => {
    await talk.say('MAIL FROM:<a@sender.test>\r\n')
    await talk.say(`RCPT TO:<bystander-${n % 50}@mayfly.test>\r\n`)
    await talk.say('DATA\r\n')
    const answer = await talk.say('Subject: hello\r\n\r\nYour code is 482913\r\n.\r\n')
    if (!answer.startsWith('250')) throw new Error(answer)
  }
  const list = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${http}/mayfly/v1/mailboxes/bystander-1@mayfly.test/messages`)
    if (!answer.ok) throw new Error(await answer.text())
    await answer.text()
  }
  const work = [
    (async () => {
      for (let n = 0; !over; n++) await timed(told.mails, () => send(n))
    })(),
    (async () => {
      while (!over) await timed(told.lists, list)
    })(),
  ]
  console.log('ready')
  for await (const _ of Bun.stdin.stream());
  over = true
  await Promise.all(work)
  talk.close()
  console.log(JSON.stringify(told))
}
