// A whole server in a temporary place, for as long as one mail takes: what the doctor knows of this executable's parts.
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './app.ts'
import { CannotDo } from './cannot-do.ts'
import { loadConfig } from './config/load.ts'
import { type Finding, findingsOf } from './finding.ts'
import { openLog } from './log.ts'
import { realOutside } from './outside.ts'
import { Backups } from './storage/backup.ts'
import { databaseFile } from './storage/database.ts'
import { startThread } from './thread.ts'

const { ok, wrong } = findingsOf('parts')

const address = 'doctor@mayfly.test'
const code = '482913'
const mail = [
  'From: "D\u00f6ctor" <doctor@mayfly.test>',
  `To: ${address}`,
  'Subject: rehearsal',
  'MIME-Version: 1.0',
  'Content-Type: text/html; charset=utf-8',
  '',
  `<p>Your code is ${code}.</p><script>alert(1)</script>`,
  '..a dot at the beginning',
  '',
].join('\r\n')
const waitSeconds = 20

/** Each part is named that did not do its work. Nothing is left behind. */
export async function rehearse(): Promise<Finding[]> {
  let directory: string | null = null
  try {
    directory = mkdtempSync(join(tmpdir(), 'mayfly-doctor-'))
    const found = await inside(directory)
    if (found.length > 0) return found
    return [ok('a server, its threads, its page and its backup do their work: a mail came through whole')]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [wrong(`a server on a port of its own, with its data in ${tmpdir()}, does not work: ${why}`, mendIt)]
  } finally {
    if (directory !== null) rmSync(directory, { recursive: true, force: true })
  }
}

const mendIt = 'take the executable from its source again; if that does not help, report it'

async function inside(directory: string): Promise<Finding[]> {
  const overrides = { dataDir: directory, http: '127.0.0.1:0', smtp: '127.0.0.1:0' }
  // Nothing of the operator's config: it is looked at by itself.
  const { config } = loadConfig({
    file: '/dev/null',
    env: { MAYFLY_STORAGE_MIN_FREE_BYTES: '0' },
    cwd: directory,
    overrides,
  })
  const app = await start(config, realOutside, openLog({ level: 'silent', format: 'json' }))
  try {
    const [smtp] = app.smtp
    const [http] = app.http
    if (!smtp || !http) throw new Error('it does not listen')
    const id = await send(smtp.port)
    const wrongs: Finding[] = []
    const expect = (part: string, isRight: boolean): void => {
      if (!isRight) wrongs.push(wrong(`${part} does not do its work`, mendIt))
    }
    const page = (path: string): Promise<string> => textOf(http.port, path)
    const api = (path: string): Promise<string> => page(`/mayfly/v1${path}`)
    expect(
      'the digest thread',
      (await api(`/mailboxes/${address}/wait?has=code&timeout=${waitSeconds}`)).includes(code),
    )
    expect('the store', (await api(`/messages/${id}/raw`)) === mail)
    const html = await api(`/messages/${id}/html`)
    expect('the sanitiser', html.includes(code) && !html.includes('script'))
    expect('the search in the reader thread', (await api(`/mailboxes/${address}/messages?q=rehearsal`)).includes(id))
    const docs = await page('/docs')
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(docs)?.[1] ?? '/nowhere'
    const style = /href="(\/assets\/[^"]+\.css)"/.exec(docs)?.[1] ?? '/nowhere'
    expect('the page', docs.includes('id="facts"'))
    expect('its script', (await page(script)).length > 10_000)
    expect('its style', (await page(style)).length > 10_000)
    expect('the backup thread', await canBackUp(directory))
    return wrongs
  } finally {
    await app.stop()
  }
}

async function canBackUp(directory: string): Promise<boolean> {
  const backups = new Backups({
    start: () => startThread('backup'),
    databaseFile: databaseFile(directory),
    minFreeBytes: 0,
  })
  return (await backups.make(join(directory, 'backup'), AbortSignal.timeout(waitSeconds * 1000))).bytes > 0
}

/** Hands the mail over, and answers the id that it got. */
function send(port: number): Promise<string> {
  const lines = [
    'EHLO localhost\r\n',
    `MAIL FROM:<${address}>\r\n`,
    `RCPT TO:<${address}>\r\n`,
    'DATA\r\n',
    `${mail.replace(/^\./gm, '..')}.\r\n`,
  ]
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      socket.destroy()
      settle()
    }
    const fail = (why: string): void => end(() => reject(new CannotDo(`SMTP ${why}`)))
    const timer = setTimeout(() => fail('gave no answer'), waitSeconds * 1000)
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('ended the connection'))
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      const reply = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n$/.exec(text)?.[1]
      if (reply === undefined) return
      text = ''
      if (!/^[23]/.test(reply)) return fail(`said ${reply}`)
      const line = lines.shift()
      const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(reply)?.[1]
      if (line !== undefined) socket.write(line)
      else if (id !== undefined) end(() => resolve(id))
      else fail(`said ${reply}`)
    })
  })
}

/** By a client that knows no proxy: the operator's has no part in this, and `fetch` would take it. */
function textOf(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(waitSeconds * 1000)
    const asked = get({ host: '127.0.0.1', port, path, agent: false, signal }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
      })
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    })
    asked.on('error', reject)
  })
}
