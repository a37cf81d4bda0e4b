// Mixed work beside the mails that are counted: mailboxes are opened, claimed, written to, read, emptied and ended.
import type { Running } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'

type Opened = { id: string; token: string }

/** A request on a connection of its own, which ends with it. */
export const ask = (url: string, init: RequestInit = {}): Promise<Response> => fetch(url, { ...init, keepalive: false })

/** Works until `stop`, or until the server is gone. What is refused, as by a full disk, is left. */
export async function churn(server: Running, name: string, stop: () => boolean): Promise<void> {
  for (let n = 0; !stop(); n++) {
    try {
      await once(server, `${name}-${n}`)
    } catch {
      // The server is gone, or had no room: others look at that.
    }
    await Bun.sleep(5)
  }
}

async function once(server: Running, localPart: string): Promise<void> {
  // Mail first: opening the mailbox claims it.
  await mail(server, `${localPart}@mayfly.test`, 3)
  const opened = await ask(`${server.api}/mailboxes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ localPart, ttlMinutes: 1 }),
  })
  if (!opened.ok) return
  const { id, token }: Opened = JSON.parse(await opened.text())
  const headers = { authorization: `Bearer ${token}` }
  const call = async (path: string, method = 'GET'): Promise<string> =>
    (await ask(`${server.api}${path}`, { method, headers })).text()
  await mail(server, `${localPart}+tag@mayfly.test`, 2)
  await call(`/mailboxes/${id}/wait?timeout=1`)
  const { items }: { items: { id: string }[] } = JSON.parse(await call(`/mailboxes/${id}/messages`))
  const [first, second] = items
  await call(`/messages/${second?.id}`)
  await call(`/messages/${second?.id}/html`)
  await call(`/messages/${second?.id}/attachments/0`)
  await call(`/messages/${first?.id}`, 'DELETE')
  await call(`/mailboxes/${id}/messages?q=churned`)
  if (localPart.endsWith('3')) await call(`/mailboxes/${id}/messages`, 'DELETE')
  if (!localPart.endsWith('7')) await call(`/mailboxes/${id}`, 'DELETE')
}

const attachment = `--b\r\nContent-Type: text/html\r\n\r\n<p>churned, <a href="https://example.test/verify?t=1">verify</a></p>\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n`

async function mail(server: Running, to: string, mails: number): Promise<void> {
  const talk = await Conversation.open(server.smtp)
  try {
    await talk.hear()
    await talk.say('EHLO churn.test\r\n')
    for (let n = 0; n < mails; n++) {
      await talk.say('MAIL FROM:<churn@sender.test>\r\n')
      if (!(await talk.say(`RCPT TO:<${to}>\r\n`)).startsWith('250')) return
      await talk.say('DATA\r\n')
      const head = `From: churn@sender.test\r\nTo: ${to}\r\nSubject: ${to} ${n}\r\nMIME-Version: 1.0\r\n`
      await talk.say(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${attachment}.\r\n`)
    }
  } finally {
    talk.close()
  }
}
