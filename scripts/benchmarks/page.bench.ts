// The visitor's page of the executable in Chromium: what its first load weighs, when an address is painted, how long a mail
// is on its way from the server's 250 to its row on the screen, and how a list of 10,000 mails scrolls.
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { fixed, goal, Measures, madeMail, percentile, runs, table, title, whole } from './bench.ts'
import { deliver } from './deliver.ts'
import { sendMails } from './loads.ts'
import { mayfly, type Server } from './servers.ts'

const loadsARun = 10
const mailsARun = 50
const rows = 10_000
/** What one scrolls within a frame: a list of 10,000 goes by in some seconds. */
const pixelsAFrame = 1500
const longFrameMs = 50

const executablePath = [Bun.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
if (!executablePath) {
  console.log('not measured: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')
  process.exit(0)
}

/** Notes in the page when an address is painted, and when the row of each mail is: after the frame in which it came. */
const noting = `
  globalThis.painted = { address: null, rows: {} }
  const after = (note) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => note(performance.now()); port2.postMessage(0) })
  new MutationObserver(() => {
    if (painted.address === null && document.querySelector('output.address')?.textContent.includes('@')) {
      painted.address = 0
      after((at) => { painted.address = at })
    }
    for (const { textContent } of document.querySelectorAll('.row-subject')) {
      if (textContent in painted.rows) continue
      painted.rows[textContent] = 0
      after((at) => { painted.rows[textContent] = performance.timeOrigin + at })
    }
  }).observe(document, { childList: true, subtree: true, characterData: true })
`

/** Answers when it is so. What the page's policy forbids to functions it allows to this. */
const once = (isSo: string): string =>
  `new Promise((resolve) => { const look = () => (${isSo}) ? resolve() : requestAnimationFrame(look); look() })`

type Load = { bytes: number; files: number; painted: number }

async function loaded(browser: Browser, { http }: Server): Promise<Load> {
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  await page.addInitScript(noting)
  const protocol = await context.newCDPSession(page)
  await protocol.send('Network.enable')
  let bytes = 0
  let files = 0
  protocol.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
    files++
  })
  await page.goto(`http://127.0.0.1:${http}/`, { waitUntil: 'load' })
  await page.evaluate(once('painted.address > 0'))
  const painted = Number(await page.evaluate('painted.address'))
  await context.close()
  return { bytes, files, painted }
}

/** Milliseconds from the 250 of each mail to its row. */
async function arrivals(page: Page, { http, smtp }: Server): Promise<number[]> {
  await page.goto(`http://127.0.0.1:${http}/`)
  await page.getByText('Live', { exact: true }).waitFor()
  const address = await page.locator('output.address').textContent()
  const taken: number[] = []
  for (let n = 0; n < mailsARun; n++) {
    const subject = `Mail number ${n}.`
    await deliver(smtp, address ?? '', `From: a@sender.test\r\nTo: ${address}\r\nSubject: ${subject}\r\n\r\nHello.\r\n`)
    const sent = performance.timeOrigin + performance.now()
    await page.evaluate(once(`painted.rows[${JSON.stringify(subject)}] > 0`))
    const shown = Number(await page.evaluate(`painted.rows[${JSON.stringify(subject)}]`))
    taken.push(shown - sent)
  }
  return taken
}

type Scrolling = { frames: number; long: number; longest: number; shown: number }

/** Scrolls from the top to the end of what is loaded, a step in each frame. */
const scrolling = `new Promise((resolve) => {
  const frames = []
  let before = performance.now()
  const step = (at) => {
    frames.push(at - before)
    before = at
    const end = document.documentElement.scrollHeight - innerHeight
    if (scrollY >= end - 1) resolve(frames.slice(1))
    else { scrollBy({ top: ${pixelsAFrame}, behavior: 'instant' }); requestAnimationFrame(step) }
  }
  requestAnimationFrame((at) => { before = at; requestAnimationFrame(step) })
})`

async function scrolled(page: Page, { http }: Server): Promise<Scrolling> {
  await page.goto(`http://127.0.0.1:${http}/app/look/load0@mayfly.test`)
  await page.locator('.window-list li').first().waitFor()
  // Each page is fetched when the end of those before is near.
  const shown = async () => Number(await page.locator('.window-list li').last().getAttribute('aria-setsize'))
  const deadline = performance.now() + 120_000
  while ((await shown()) < rows && performance.now() < deadline) {
    await page.evaluate('scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" })')
    await page.evaluate('new Promise((turn) => requestAnimationFrame(turn))')
  }
  await page.evaluate('scrollTo({ top: 0, behavior: "instant" })')
  const frames: number[] = await page.evaluate(scrolling)
  return {
    frames: frames.length,
    long: frames.filter((frame) => frame > longFrameMs).length,
    longest: Math.max(...frames),
    shown: await shown(),
  }
}

const loads = new Measures<Load>()
const ways = new Measures<number>()
const scrolls = new Measures<Scrolling>()

for (let run = 0; run < runs; run++) {
  const server = await mayfly({
    env: {
      MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: 'unlimited',
      MAYFLY_PLANS_ANONYMOUS_ACTIVE_MAILBOXES: 'unlimited',
    },
  })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    for (let n = 0; n < loadsARun; n++) loads.add('first load', await loaded(browser, server))
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' })
    await page.addInitScript(noting)
    const taken = await arrivals(page, server)
    ways.add('p50', percentile(taken, 0.5))
    ways.add('p99', percentile(taken, 0.99))
    await page.close()
    await sendMails(server.smtp, { connections: 10, mails: rows, file: madeMail(500), addresses: 1 })
    const list = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' })
    scrolls.add('list', await scrolled(list, server))
  } finally {
    await browser.close()
    await server.stop()
  }
}

const load = (of: (one: Load) => number) => loads.median('first load', of)
title(`The first load by an empty browser on loopback; medians of ${runs * loadsARun}`)
table(
  ['files', 'KB with heads, packed', 'address painted after ms'],
  [
    [
      whole(load(({ files }) => files)),
      fixed(load(({ bytes }) => bytes) / 1000, 1),
      fixed(
        load(({ painted }) => painted),
        0,
      ),
    ],
  ],
)
goal('first load, packed', load(({ bytes }) => bytes) / 1000, { below: 150, unit: ' KB', digits: 1 })
goal(
  'first paint of an address',
  load(({ painted }) => painted),
  { below: 300, unit: ' ms', digits: 0 },
)

const way = (name: string) => ways.median(name, (one) => one)
title(`From the 250 of a mail to its row on the screen; medians of ${runs} runs with ${mailsARun} mails`)
table(['p50 ms', 'p99 ms'], [[fixed(way('p50'), 1), fixed(way('p99'), 1)]])
goal('from 250 to the row, p50', way('p50'), { below: 50, unit: ' ms', digits: 1 })

const scroll = (of: (one: Scrolling) => number) => scrolls.median('list', of)
title(
  `Scrolling a list of ${rows.toLocaleString('en')} mails from top to end, ${pixelsAFrame} pixels a frame; medians of ${runs} runs`,
)
table(
  ['rows', 'frames', `over ${longFrameMs} ms`, 'longest ms'],
  [
    [
      whole(scroll(({ shown }) => shown)),
      whole(scroll(({ frames }) => frames)),
      whole(scroll(({ long }) => long)),
      fixed(
        scroll(({ longest }) => longest),
        0,
      ),
    ],
  ],
)
goal(
  `frames over ${longFrameMs} ms while scrolling`,
  scroll(({ long }) => long),
  { below: 1, digits: 0 },
)
