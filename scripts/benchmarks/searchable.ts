// When all that was sent has been digested, and can be found.
import { deliver } from './deliver.ts'
import type { Server } from './servers.ts'

const digested = new Map<Server, number>()

/**
 * Answers when so many more mails than at the last time are digested, and one that is sent after them is found by a
 * search for a word that stands in no other.
 */
export async function untilFound(server: Server, mails: number): Promise<void> {
  const word = `w${crypto.randomUUID().replaceAll('-', '')}`
  const to = 'searchable@mayfly.test'
  await deliver(server.smtp, to, `From: a@sender.test\r\nTo: ${to}\r\nSubject: ${word}\r\n\r\nHello.\r\n`)
  const all = (digested.get(server) ?? 0) + mails + 1
  const deadline = performance.now() + 300_000
  while ((await digestsDone(server)) < all || !(await finds(server, to, word))) {
    if (performance.now() > deadline) throw new Error(`of ${all} mails only ${await digestsDone(server)} are digested`)
    await Bun.sleep(50)
  }
  digested.set(server, all)
}

async function digestsDone({ http }: Server): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()
  return Number(/^mayfly_digest_seconds_count (\d+)/m.exec(text)?.[1] ?? 0)
}

async function finds({ http }: Server, mailbox: string, word: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${http}/mayfly/v1/mailboxes/${mailbox}/messages?q=${word}`)
  return (await answer.text()).includes(word)
}
