// A server as a service's reference page means it: the page's domains, an account with a key as the page's begin, and the
// page's own lines run against it.
import { createTransport, type SendMailOptions } from 'nodemailer'
import { type Directory, emptyDirectory, type Running, run, serve } from './launch.ts'
import { curl, javaScript, python } from './snippets.ts'

export const email = 'ann@example.test'

export type Replay = {
  server: Running
  directory: Directory
  key: string
  /** Runs a command line of a page's, with the host and the key of this server. Answers its status and its body. */
  curl: (line: string) => Promise<{ status: number; json: unknown; shown: string }>
  javaScript: (code: string) => Promise<string>
  python: (code: string) => Promise<string>
  /** Sends a mail by SMTP. */
  mail: (
    to: string,
    mail: { subject: string; text?: string; html?: string } & Pick<SendMailOptions, 'attachments'>,
  ) => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** A server with the page's domains, and an account with a key as the page's begin. */
export async function replaying(
  page: { host: string; key: string; prefix: string },
  { domains, plan, env = {} }: { domains: string; plan: string; env?: Record<string, string> },
): Promise<Replay> {
  const directory = emptyDirectory()
  const server = await serve(directory, { MAYFLY_DOMAINS: domains, ...env })
  await said(directory, ['account', 'create', '--email', email, '--plan', plan])
  const key = await said(directory, ['key', 'create', '--account', email, '--prefix', page.prefix])
  const here = (text: string) =>
    text.replaceAll(`https://${page.host}`, `http://127.0.0.1:${server.http}`).replaceAll(page.key, key)
  const sender = createTransport({ host: '127.0.0.1', port: server.smtp, ignoreTLS: true })
  return {
    server,
    directory,
    key,
    curl: async (line) => {
      const { status, text } = await curl(directory, here(line))
      return { status, json: JSON.parse(text), shown: shown(text) }
    },
    javaScript: (code) => javaScript(directory, here(code)),
    python: (code) => python(directory, here(code)),
    mail: async (to, mail) => void (await sender.sendMail({ from: 'Ann <ann@sender.test>', to, ...mail })),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}

export async function said(directory: Directory, words: string[]): Promise<string> {
  const { code, out, err } = await run(directory, words)
  if (code !== 0) throw new Error(`mayfly ${words.join(' ')} ended with ${code}: ${err}`)
  return out.trim()
}

/** An answer with its fields in their order, and a word for what is never twice the same. */
export const shown = (text: string): string =>
  text
    .replace(/"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/g, 'UUID')
    .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, 'INSTANT')
    .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, 'SECOND')
    .replace(/"eyJ[\w-]+\.[\w-]+\.[\w-]+"/g, 'JWT')
    .replace(/"[a-z]+-[a-z]+-\d{4}(?=[@"])/g, '"RANDOM')

export const text = (json: unknown, pattern: RegExp): string => {
  const found = pattern.exec(JSON.stringify(json))?.[1]
  if (found === undefined) throw new Error(`no ${pattern} in ${JSON.stringify(json)}`)
  return found
}
