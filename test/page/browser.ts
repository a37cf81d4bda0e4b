// A browser before the page of the real executable. All that the page should not do is counted, and must be nothing.
import { afterAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Directory, emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { Conversation } from '../executable/sender.ts'

const path = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
if (!path) console.log('skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')

/** A test that needs a browser. It shares two cores with others. */
export const inBrowser = (sentence: string, body: () => Promise<void>): void =>
  test.skipIf(!path)(sentence, body, 120_000)

/** One for all tests of a file, since starting it takes longer than many of them; what a visit leaves goes with its context. */
let browser: Promise<Browser> | null = null

function openBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ ...(path ? { executablePath: path } : {}), args: ['--no-sandbox'] })
  return browser
}

type Stand = { directory: Directory; server: Running }

async function stand(env: Record<string, string>): Promise<Stand> {
  const directory = emptyDirectory()
  return { directory, server: await serve(directory, env) }
}

async function leave({ directory, server }: Stand): Promise<void> {
  await server[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
}

/** For the tests of a file that ask for no server of their own. */
let shared: Promise<Stand> | null = null

afterAll(async () => {
  const open = [browser, shared] as const
  browser = null
  shared = null
  await (await open[0])?.close()
  const stood = await open[1]
  if (stood) await leave(stood)
})

export type Letter = { subject?: string; from?: string; headers?: Record<string, string>; body?: string }

export type Visit = {
  /** The first tab, which is at `path`. */
  tab: Page
  /** A further tab of the same browser: it keeps what the first one keeps. */
  another: (path: string) => Promise<Page>
  /** `http://127.0.0.1:PORT` */
  url: string
  server: () => Running
  /** Sends a mail by SMTP. Answers its id when the server has said 250. */
  mail: (to: string, letter?: Letter) => Promise<string>
  /** Ends the server, as a crash does. */
  crash: () => Promise<void>
  /** Starts it again, on the same ports and with the same data. */
  start: () => Promise<void>
  /** What of the console and of failed requests is meant to be so in this test. */
  excuse: (expected: RegExp) => void
  /** Fails where axe finds what is serious on the tab. */
  accessible: (tab?: Page) => Promise<void>
  /** Fails where the page is wider than its window. */
  fits: (tab?: Page) => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

export type Wish = {
  /** Null: the test goes there by itself. */
  path?: string | null
  env?: Record<string, string>
  /** The server with the defaults is the one of all such visits of a file, since starting one takes as long as many a visit. */
  isShared?: true
  /** Language, look, size of the window and the like. */
  context?: BrowserContextOptions
  /** Runs before the tab goes to `path`. */
  before?: (visit: Omit<Visit, typeof Symbol.asyncDispose>) => Promise<void>
}

/**
 * Starts a server (or takes the shared one) and goes to it. At its end: no console error or warning, no page error, no failed request, no dialog, no
 * request to another origin, no request that the page's policy blocked.
 */
export async function visit({ path = '/', env = {}, isShared, context = {}, before }: Wish = {}): Promise<Visit> {
  if (isShared) shared ??= stand({})
  const stood = await (isShared && shared ? shared : stand(env))
  const own = (): Stand => {
    if (isShared) throw new Error('the server is of other tests too')
    return stood
  }
  const url = `http://127.0.0.1:${stood.server.http}`
  const room = await (await openBrowser()).newContext({
    locale: 'en',
    viewport: { width: 1280, height: 800 },
    ...context,
  })
  await room.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  const trouble: string[] = []
  const excuses: RegExp[] = []
  const watch = (tab: Page): void => {
    tab.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        trouble.push(`console: ${message.text()} (${message.location().url})`)
    })
    tab.on('pageerror', (error) => trouble.push(`page error: ${error.message}`))
    tab.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`)
      dialog.dismiss().catch(() => {})
    })
    tab.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(`${url}/`) && !/^(data|blob):/.test(asked)) trouble.push(`foreign request: ${asked}`)
    })
    tab.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? ''
      // A page that is left, or a view that is closed, breaks off what it was asking.
      if (why !== 'net::ERR_ABORTED') trouble.push(`failed: ${request.url()} ${why}`)
    })
  }
  room.on('page', watch)
  const tab = await room.newPage()
  const made = {
    tab,
    url,
    server: () => stood.server,
    another: async (path: string) => {
      const further = await room.newPage()
      await further.goto(url + path)
      return further
    },
    mail: (to: string, letter: Letter = {}) => send(stood.server.smtp, to, letter),
    crash: async () => {
      await own().server.end('SIGKILL')
    },
    start: async () => {
      stood.server = await serve(own().directory, env, [], stood.server)
    },
    excuse: (expected: RegExp) => void excuses.push(expected),
    accessible: async (which = tab) => {
      await which.evaluate(axe.source)
      const found: { violations: axe.Result[] } = await which.evaluate('axe.run({ iframes: false })') // It would knock at the sandboxed frame of a mail, which hears nobody.
      const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))).toEqual([])
    },
    fits: async (which = tab) => {
      const sizes: { page: number; window: number } = await which.evaluate(
        '({ page: document.documentElement.scrollWidth, window: document.documentElement.clientWidth })',
      )
      expect(sizes.page).toBeLessThanOrEqual(sizes.window)
    },
  }
  await before?.(made)
  if (path !== null) await tab.goto(url + path)
  return {
    ...made,
    [Symbol.asyncDispose]: async () => {
      await room.close()
      if (!isShared) await leave(stood)
      expect(trouble.filter((one) => !excuses.some((excuse) => excuse.test(one)))).toEqual([])
    },
  }
}

async function send(port: number, to: string, letter: Letter): Promise<string> {
  const { subject = 'Hello', from = 'Ann <ann@sender.test>', headers = {}, body = 'Hello.' } = letter
  const fields = Object.entries({ From: from, To: to, Subject: subject, ...headers })
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const content = `${head}\r\n${body.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.\r\n`
  const talk = await Conversation.open(port)
  try {
    await talk.hear()
    for (const line of ['EHLO sender.test', 'MAIL FROM:<ann@sender.test>', `RCPT TO:<${to}>`, 'DATA'])
      await talk.say(`${line}\r\n`)
    const answer = await talk.say(content)
    const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1]
    if (id === undefined) throw new Error(`the mail was not taken: ${answer}`)
    return id
  } finally {
    talk.close()
  }
}
