// Promise 21: mail html runs nothing, fetches nothing, reaches nothing, also with the sanitiser switched off.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import { emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'
import { type HostileMail, hints, hostileHtml, mailWith, trap } from './hostile-html.ts'
import { figures, isFull, size } from './promise.ts'

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const withBrowser = test.skipIf(!executable)
if (!executable) console.log('skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')

const corpus = join(import.meta.dir, '../../../shared/corpus/html/dompurify-payloads.json')
if (!existsSync(corpus)) console.log('without the payloads of ../shared/corpus, which is absent')

function corpusMails(): HostileMail[] {
  const rows: unknown = existsSync(corpus) ? JSON.parse(readFileSync(corpus, 'utf8')) : []
  const all = Array.isArray(rows) ? rows.map((row: { payload?: unknown }) => String(row.payload)) : []
  return all.map((html, n) => ({ name: `corpus ${n}`, html }))
}

const address = 'hostile@mayfly.test'
const every = [...hostileHtml, ...corpusMails()]
/** Those of ours in the page, all of them in frames. */
const inPage = isFull ? every : hostileHtml

/** A browser with a server, and all that went wrong there. */
type Stand = {
  server: Running
  url: string
  room: BrowserContext
  ids: Map<string, HostileMail>
  trouble: string[]
  /** What is looked at just now. */
  now: { name: string }
  [Symbol.asyncDispose]: () => Promise<void>
}

/** `isRaw`: what is shown is the mail's html as it came, under the headers with which it is shown made safe. */
async function stand(mails: readonly HostileMail[], { isRaw }: { isRaw: boolean }): Promise<Stand> {
  const directory = emptyDirectory()
  const server = await serve(directory)
  const url = `http://127.0.0.1:${server.http}`
  const ids = await sent(server, mails)
  const log = join(directory.path, 'net.json')
  const browser = await chromium.launch({
    ...(executable ? { executablePath: executable } : {}),
    // A page that the test answers counts as one from elsewhere, which may not ask a server on this machine.
    args: ['--no-sandbox', `--log-net-log=${log}`, '--disable-features=LocalNetworkAccessChecks'],
  })
  const room = await browser.newContext({ locale: 'en', viewport: { width: 1000, height: 800 } })
  const trouble: string[] = []
  const now = { name: '' }
  const tell = (what: string): void => void trouble.push(`${now.name}: ${what}`)
  if (isRaw) await showRaw(room, ids)
  room.on('page', (page) => watch(page, url, isRaw, tell))
  return {
    server,
    url,
    room,
    ids,
    trouble,
    now,
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
      // What the browser itself says that it looked up, connected to or asked for.
      const elsewhere = strangers(readFileSync(log, 'utf8'), mails, isRaw)
      directory[Symbol.dispose]()
      expect({ trouble, elsewhere }).toEqual({ trouble: [], elsewhere: [] })
    },
  }
}

function watch(page: Page, url: string, isRaw: boolean, tell: (what: string) => void): void {
  let wasThere = false
  page.on('dialog', (dialog) => {
    tell(`dialog: ${dialog.message()}`)
    dialog.dismiss().catch(() => {})
  })
  page.on('popup', (popup) => tell(`a window was opened: ${popup.url()}`))
  page.on('download', (download) => tell(`a download began: ${download.url()}`))
  page.on('pageerror', (error) => tell(`error: ${error.message}`))
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) return
    if (wasThere && !frame.url().startsWith(`${url}/app/look/${address}/`)) tell(`the page went to ${frame.url()}`)
    wasThere = true
  })
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    // Of html as it came the browser says what it kept it from.
    if (isRaw && kept.test(message.text())) return
    tell(`console: ${message.text()}`)
  })
  // Its pictures may be of this server, which gives none away: a frame of no origin has no cookie. Drawings that it takes from
  // below its own ticket are pictures too, and nothing of it is given to a frame of no origin.
  const isOwn = (request: Request): boolean =>
    isExpected(request.url(), url) ||
    (isRaw && request.resourceType() === 'image' && request.url().startsWith(`${url}/`)) ||
    (isRaw && request.url().startsWith(`${url}/view/`))
  page.on('requestfinished', (request) => {
    if (!isOwn(request)) tell(`asked for ${request.url()}`)
  })
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    if (isOwn(request) && /^net::ERR_(ABORTED|FAILED|BLOCKED_BY_(ORB|RESPONSE.*))$/.test(why)) return
    // Before anything went out.
    if (isRaw && /^(csp|origin)$/.test(why)) return
    tell(`asked for ${request.url()} (${why})`)
  })
}

const kept =
  /Content Security Policy|sandboxed|sandbox|Blocked script execution|Refused to|Not allowed to load local resource|Unsafe attempt|has been ignored|Allow attribute|Blocked setting|invalid `as` value|may not be used as base URLs|blocked by CORS policy|Failed to load resource: (the server responded|net::ERR_(BLOCKED_BY_RESPONSE|FAILED))/i

function isExpected(asked: string, url: string): boolean {
  if (/^(data:image\/(png|gif|jpe?g|webp)[;,]|blob:)/.test(asked)) return true
  if (!asked.startsWith(`${url}/`)) return false
  return /^\/(assets\/[\w.-]+|app\/look\/[^/]+\/[0-9a-f-]{36}|view\/[\w.-]+\/(\?[\w=&]*|attachments\/\d+)|mayfly\/v1\/mailboxes\/[^/]+(\/(messages|events)(\?[^/]*)?)?|mayfly\/v1\/messages\/[0-9a-f-]{36}(\/(view|parts|raw(\?trace=1)?|attachments\/\d+))?)$/.test(
    asked.slice(url.length),
  )
}

/**
 * Hosts that the mails name and that Chromium noted in its log of the network: it looked them up, connected or asked. Of html
 * as it came only what was asked: Chromium connects for a frame within before it looks whether a policy forbids it, and
 * nothing but the sanitiser keeps it from that.
 */
function strangers(log: string, mails: readonly HostileMail[], isRaw: boolean): string[] {
  const named = mails.flatMap(({ html }) =>
    [...`${html}`.matchAll(/\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(([, host = '']) => host.toLowerCase()),
  )
  const lines = log.toLowerCase().split('\n')
  const noted = (isRaw ? lines.filter((line) => line.includes('"method":"')) : lines).join('\n')
  const isNoted = (host: string): boolean =>
    ['host', 'hostname', 'url', 'original_url', 'origin'].some((name) =>
      ['', 'http://', 'https://'].some((before) => noted.includes(`"${name}":"${before}${host}`)),
    )
  return [...new Set([trap, ...named])].filter((host) => host !== '127.0.0.1' && isNoted(host))
}

/** Each id with its mail. */
async function sent({ smtp }: Running, mails: readonly HostileMail[]): Promise<Map<string, HostileMail>> {
  const ids = new Map<string, HostileMail>()
  const talk = await Conversation.open(smtp)
  await talk.hear()
  await talk.say('EHLO sender.test\r\n')
  for (const mail of mails) {
    await talk.say('MAIL FROM:<a@sender.test>\r\n')
    await talk.say(`RCPT TO:<${address}>\r\n`)
    await talk.say('DATA\r\n')
    const answer = await talk.say(`${mailWith(mail).replace(/^\./gm, '..')}.\r\n`)
    const [, id] = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer) ?? []
    if (id === undefined) throw new Error(`${mail.name} was not taken: ${answer}`)
    ids.set(id, mail)
  }
  talk.close()
  return ids
}

/** Answers each page of a mail with its html as it is in the mail, and with the very headers of the server's answer. */
async function showRaw(room: BrowserContext, ids: ReadonlyMap<string, HostileMail>): Promise<void> {
  await room.route(/\/view\/[\w.-]+\/(\?|$)/, async (route) => {
    const request = route.request()
    const hex = /\/view\/([0-9a-f]{32})/.exec(request.url())?.[1] ?? ''
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    const mail = ids.get(id)
    const response = await route.fetch()
    if (!mail) return route.fulfill({ response })
    await route.fulfill({ response, body: Buffer.from(mail.html) })
  })
}

/** What a page tells of its own state: whatever ran in it, or changed it, shows here. */
const state = `({
  ran: window.ran,
  cookie: document.cookie,
  kept: Object.keys(localStorage).filter((name) => !name.startsWith('mayfly.')).join(),
  opener: window.opener,
  header: document.elementFromPoint(30, 20)?.closest('header') !== null,
  tabs: (() => {
    const box = document.querySelector('.mail-tab')?.getBoundingClientRect()
    return box === undefined || document.elementFromPoint(box.x + 9, Math.min(box.y + 9, innerHeight - 1))?.tagName !== 'IFRAME'
  })(),
})`
const untouched = { ran: undefined, cookie: '', kept: '', opener: null, header: true, tabs: true }

/** Opens each mail in the page, in each of its views; or in the frame alone. */
async function walk(stand: Stand, isFrameAlone: boolean): Promise<number> {
  const { url, room, ids, now, trouble } = stand
  const page = await room.newPage()
  let views = 0
  let first = true
  for (const [id, { name }] of ids) {
    now.name = name
    const path = `/app/look/${address}/${id}`
    if (first) await page.goto(url + path)
    // As a click on a row does: no mail gets a page of its own.
    else await page.evaluate(`history.pushState(null, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`)
    first = false
    const tabs = page.locator('.mail').getByRole('tab')
    await page.locator(`.mail[data-id="${id}"]`).waitFor()
    // Among all tests every fourth is looked at from all sides.
    const all = await tabs.all()
    for (const tab of isFrameAlone || (!isFull && views % 4 > 0) ? all.slice(0, 1) : all) {
      await tab.click()
      views++
      if ((await tab.getAttribute('id'))?.endsWith('-html')) await frameIsThere(page)
      else await page.locator('.mail-panel:not(:has(.mail-waiting))').waitFor()
    }
    const found = await page.evaluate(state)
    if (!Bun.deepEquals(found, untouched)) trouble.push(`${name}: the page is not as it was: ${JSON.stringify(found)}`)
  }
  await page.close()
  return views
}

/** The frame has loaded, whatever is in it. */
async function frameIsThere(page: Page): Promise<void> {
  const frame = await (await page.locator('iframe.mail-frame').elementHandle())?.contentFrame()
  await frame?.waitForURL(/\/view\//)
  await frame?.waitForLoadState('load')
}

for (const isRaw of [false, true]) {
  const how = isRaw ? 'as it came, with the sanitiser off' : 'made safe'
  withBrowser(
    `promise 21: hostile html, ${how}, does nothing in any view of the page`,
    async () => {
      // No policy of a browser holds back a hint to connect: that is the sanitiser's alone.
      await using all = await stand(isRaw ? inPage.filter((mail) => mail !== hints) : inPage, { isRaw })
      const views = await walk(all, isRaw)
      expect(views).toBeGreaterThanOrEqual(all.ids.size)
      figures(
        `${all.ids.size} hostile mails ${how}, in ${views} views: no script, request, dialog, window or navigation`,
      )
    },
    size(600_000, 3_600_000),
  )
}
