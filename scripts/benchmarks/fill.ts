// Databases with many messages, made by the very changes that the writer thread runs, but without an fsync for each
// group. The mails are short, and each has words of its own; their digests are stored too, so that a search finds them.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arrived, Digested, changes as messageChanges } from '../../src/messages/changes.ts'
import { digest } from '../../src/messages/digest.ts'
import { type Connection, databaseFile, openForWriting } from '../../src/storage/database.ts'
import { runGroup, type Work } from '../../src/storage/group.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { changes } from '../../src/threads/changes.ts'
import { scratch } from './bench.ts'

/** `directory`: where Mayfly is to be started. `many` has half of all messages, `few` a hundred, the rest is spread. */
export type Filled = { directory: string; many: string; few: string }

const domain = 'mayfly.test'
const fewMessages = 100
const otherMailboxes = 10_000
const bodyWords = 30
/** Fewer and larger transactions than the writer's: an hour of mails in a minute. */
const together = 5000

/** Words with the lengths and frequencies of a language: the n-th is used 1/n as often as the first. */
const vocabulary = Array.from({ length: 20_000 }, (_, n) => wordOf(n))
export const rareWord = (n: number): string => vocabulary[5000 + n * 97] ?? ''
export const commonWord = vocabulary[0] ?? ''
/** It stands in every mail. */
export const everyWord = 'delivered'

/** A store of so many messages; the one made before in this run, if there is one. */
export async function filled(count: number): Promise<Filled> {
  const directory = join(scratch, `filled-${count}`)
  const result = { directory, many: `many@${domain}`, few: `few@${domain}` }
  const sign = join(directory, 'filled')
  if (existsSync(sign)) return result
  console.error(`==> filling a store with ${count.toLocaleString('en')} messages`)
  const dataDir = join(directory, 'mayfly-data')
  mkdirSync(dataDir, { recursive: true })
  await fill(databaseFile(dataDir), count)
  writeFileSync(sign, '')
  return result
}

async function fill(file: string, count: number): Promise<void> {
  const connection = openForWriting(file)
  connection.sqlite.run('PRAGMA journal_mode = MEMORY')
  connection.sqlite.run('PRAGMA synchronous = OFF')
  connection.sqlite.run('PRAGMA cache_size = -524288')
  const { text: _, html, ...detail } = await digest(encoder.encode(mailOf(0, wordsOf(0))))
  const json = JSON.stringify(detail)
  const run = (work: Work[]): Work[] => {
    const { outcomes } = runGroup(connection, changes, work)
    for (const outcome of outcomes) if (!outcome.done) throw new Error(JSON.stringify(outcome))
    return work
  }
  for (let n = 0; n < count; n += together) {
    const numbers = Array.from({ length: Math.min(together, count - n) }, (_, index) => n + index)
    const mails = numbers.map((number) => ({ number, text: wordsOf(number) }))
    run(mails.map(({ number, text }) => work('messages.store', arrived(number, count, mailOf(number, text)))))
    const digests = mails.map<Digested>(({ number, text }) => ({
      // The store was empty: contents have the keys 1, 2, 3 ….
      contentKey: number + 1,
      text,
      html,
      detail: json,
      attachmentCount: 0,
      search: {
        subject: subjectOf(number),
        sender: 'Load load@sender.test',
        recipients: 'you@mayfly.test',
        body: text,
      },
    }))
    run(digests.map((digest) => work('messages.digested', { ...digest, now: Date.now() })))
  }
  assertDigested(connection, count)
  connection.sqlite.run('PRAGMA journal_mode = WAL')
  connection.close()
}

let workId = 0
const work = <Name extends keyof typeof messageChanges>(
  name: Name,
  input: Parameters<(typeof messageChanges)[Name]>[1],
): Work => ({
  id: workId++,
  name,
  input: untyped(input),
})

/** A store without its search index would be measured as a very quick one. */
function assertDigested({ sqlite }: Connection, count: number): void {
  const { left } =
    sqlite.query<{ left: number }, []>('select count(*) as left from messages where digested_seq is null').get() ?? {}
  const { found } =
    sqlite
      .query<{ found: number }, [string]>('select count(*) as found from message_search where message_search match ?')
      .get(`subject : ${everyWord}`) ?? {}
  if (left !== 0 || found !== count) throw new Error(`${left} of ${count} messages have no digest, ${found} are found`)
}

const encoder = new TextEncoder()
const subjectOf = (number: number): string => `Order ${number} was ${everyWord}`
const mailOf = (number: number, text: string): string =>
  `From: Load <load@sender.test>\r\nTo: you@mayfly.test\r\nSubject: ${subjectOf(number)}\r\n\r\n${text}\r\n`

function arrived(number: number, count: number, mail: string): Arrived {
  const bytes = encoder.encode(mail)
  const localPart = homeOf(number, count)
  const address = `${localPart}@${domain}`
  return {
    contentKey: null,
    pieces: 0,
    parts: [bytes],
    head: null,
    size: bytes.byteLength,
    checksum: new Bun.CryptoHasher('sha256').update(bytes).digest('hex'),
    trace: `Return-Path: <load@sender.test>\r\nReceived: from load.test by mayfly.test; ${new Date().toUTCString()}\r\n`,
    envelopeFrom: 'load@sender.test',
    recipients: [
      {
        address,
        mailboxAddress: address,
        localPart,
        domain,
        mailboxId: null,
        accountId: null,
        // As mail has it as a rule, but longer than a benchmark runs.
        retentionMinutes: 525_600,
        messageId: Bun.randomUUIDv7(),
        newMailboxId: Bun.randomUUIDv7(),
      },
    ],
    now: Date.now(),
  }
}

function homeOf(number: number, count: number): string {
  if (number % 2 === 0) return 'many'
  if (number % (2 * Math.max(1, Math.floor(count / fewMessages / 2))) === 1 && count > fewMessages) return 'few'
  return `other${number % otherMailboxes}`
}

/** The same for the same number, in every run. */
function wordsOf(number: number): string {
  let state = number + 1
  const words = Array.from({ length: bodyWords }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // Uniform in the logarithm: Zipf's law.
    return vocabulary[Math.floor(vocabulary.length ** (state / 2 ** 32)) - 1] ?? ''
  })
  return words.join(' ')
}

function wordOf(n: number): string {
  const consonants = 'bcdfghklmnprstvz'
  const vowels = 'aeiou'
  let word = ''
  for (let rest = n + 80; rest > 0; rest = Math.floor(rest / 80)) {
    word += `${consonants[rest % 16] ?? ''}${vowels[Math.floor(rest / 16) % 5] ?? ''}`
  }
  return word
}
