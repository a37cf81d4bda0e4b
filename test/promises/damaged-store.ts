// A store with mails of many kinds, damage done to copies of it, and all that a server then answers.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/app.ts'
import type { Config } from '../../src/config/schema.ts'
import { openLog } from '../../src/log.ts'
import { realOutside } from '../../src/outside.ts'
import { deliver, mail, openAnonymous, testConfig } from '../core.ts'
import { richMail } from '../dialects/rich-mail.ts'

export const configOf = (dataDir: string): Config =>
  testConfig({ MAYFLY_SERVER_DATA_DIR: dataDir, MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: '127.0.0.1:0' })

export const silent = openLog({ level: 'silent', format: 'json' })

/** What is asked for, and what was answered before the damage: status and a checksum of the body. */
export type Answers = Map<string, string>

export type Store = {
  /** Stopped cleanly. */
  clean: string
  /** As a killed server leaves it: with a write-ahead log. */
  killed: string
  /** Paths below the API, with the token that reads them. */
  before: Answers
  token: string
}

const filler = 'These words fill a large mail, line by line.\r\n'

const open = ['one@mayfly.test', 'two@mayfly.test', 'three+tag@mayfly.test']

/** Makes the store in these two directories. */
export async function makeStore(directory: string): Promise<Store> {
  const [live, clean, killed] = ['live', 'clean', 'killed'].map((name) => join(directory, name))
  if (live === undefined || clean === undefined || killed === undefined) throw new Error('no directory')
  const app = await start(configOf(live), realOutside, silent)
  const { mailbox, token } = await openAnonymous(app.core, { localPart: 'mine' })
  const to = [...open, mailbox.address]
  for (let n = 0; n < 36; n++) {
    const text = `Your code is ${100_000 + n * 7919}.\r\nSee https://shop.test/order/${n}\r\n`
    const kinds = [
      mail(
        { From: `Ann ${n} <ann@sender.test>`, To: to[n % 4] ?? '', Subject: `mail ${n}` },
        text.repeat(1 + (n % 9) * 20),
      ),
      richMail(`<p>Order ${n}: <a href="https://shop.test/${n}">see it</a><img src="cid:pixel@x"></p>`),
      mail({ From: 'b@sender.test', To: 'a, b <b@c.test>', Subject: '=?utf-8?q?caf=C3=A9?=' }, 'x'.repeat(n * 300)),
    ]
    await deliver(app.core, n % 5 === 0 ? to : (to[n % 4] ?? ''), kinds[n % 3] ?? '')
  }
  const large = mail({ From: 'big@sender.test', Subject: 'large' }, filler.repeat(60_000))
  await deliver(app.core, 'two@mayfly.test', large)
  while (app.core.digesting.waiting > 0) await Bun.sleep(10)
  // What comes last in the log cannot be told from a write that a power cut broke off: nobody asks for these.
  for (let n = 0; n < 3; n++) await deliver(app.core, 'last@mayfly.test', mail({ Subject: 'last' }, 'last'))
  while (app.core.digesting.waiting > 0) await Bun.sleep(10)
  copyStore(live, killed)
  const before = await answers(`http://127.0.0.1:${app.http[0]?.port}`, token, null)
  await app.stop()
  copyStore(live, clean)
  return { clean, killed, before, token }
}

/** A copy of a stopped server's database, its log included. */
export function copyStore(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const end of ['', '-wal']) {
    const file = join(from, `mayfly.db${end}`)
    if (existsSync(file)) copyFileSync(file, join(to, `mayfly.db${end}`))
  }
}

/** Asks for every list, message, source, page and attachment. Known paths only, or (null) what the lists lead to. */
export async function answers(url: string, token: string, known: Iterable<string> | null): Promise<Answers> {
  const found: Answers = new Map()
  const ask = async (path: string): Promise<string> => {
    const headers = path.includes('mine@') || path.endsWith('?mine') ? { authorization: `Bearer ${token}` } : {}
    const [said, body] = await fetch(`${url}/mayfly/v1${path.replace('?mine', '')}`, { headers })
      .then(async (answer): Promise<[string, Buffer]> => {
        const body = Buffer.from(await answer.arrayBuffer())
        return [answer.ok ? '200' : `${answer.status} ${body}`, body]
      })
      .catch((): [string, Buffer] => ['broken off', Buffer.alloc(0)])
    // Each answer has a ticket of its own in its pictures' paths.
    const text = path.includes('/html') ? Buffer.from(body.toString().replace(/\/view\/[\w.-]+\//g, '')) : body
    found.set(path, said === '200' ? `200 ${text.length} ${Bun.hash(text)}` : said)
    return body.toString()
  }
  if (known) {
    for (const path of known) await ask(path)
    return found
  }
  for (const address of [...open, 'mine@mayfly.test']) {
    const mine = address.startsWith('mine') ? '?mine' : ''
    const listed: { items: { id: string }[] } = JSON.parse(
      await ask(`/mailboxes/${encodeURIComponent(address).replace('%40', '@')}/messages`),
    )
    for (const { id } of listed.items) {
      const message: { attachments: { id: string }[] } = JSON.parse(await ask(`/messages/${id}${mine}`))
      for (const part of ['raw', 'html', ...message.attachments.map((_, n) => `attachments/${n}`)]) {
        await ask(`/messages/${id}/${part}${mine}`)
      }
    }
  }
  return found
}

export type Damage = { what: string; store: 'clean' | 'killed' }

/** Does some damage to a copy of the store, told in words. */
export function doDamage(directory: string, store: Store, random: () => number): string {
  const pick = (below: number): number => Math.floor(random() * below)
  const kind = pick(20)
  const isKilled = kind < 4
  copyStore(isKilled ? store.killed : store.clean, directory)
  const name = kind < 3 ? 'mayfly.db-wal' : 'mayfly.db'
  const file = join(directory, name)
  const bytes = readFileSync(file)
  if (kind === 4) {
    const length = pick(bytes.length)
    writeFileSync(file, bytes.subarray(0, length))
    return `${name} cut off at ${length} of ${bytes.length}`
  }
  if (kind === 5 || kind === 6) {
    const page = pick(bytes.length / 4096)
    bytes.fill(0, page * 4096, (page + 1) * 4096)
    writeFileSync(file, bytes)
    return `page ${page + 1} of ${name} zeroed`
  }
  // Most of the file is one large mail: two in three flips leave that be.
  let at = pick(bytes.length)
  const isFiller = (): boolean => bytes.subarray(at - (at % 4096), at - (at % 4096) + 4096).includes(filler)
  if (kind > 10) while (isFiller()) at = pick(bytes.length)
  const was = bytes[at] ?? 0
  bytes[at] = was ^ (1 + pick(255))
  writeFileSync(file, bytes)
  return `byte ${at} of ${isKilled ? 'a killed' : 'a stopped'} server's ${name} from ${was} to ${bytes[at]}`
}
