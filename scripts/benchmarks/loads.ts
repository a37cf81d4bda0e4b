// The load generators, each in a process of its own, so that neither holds up the other or the server's measure.
import { join } from 'node:path'

export type Load = {
  done: number
  failed: number
  seconds: number
  rate: number
  p50: number
  p99: number
  /** The share of a core that the generator used itself. */
  cpu: number
}

export type MailLoad = {
  connections: number
  mails: number
  file: string
  /** `new`: a new connection for each mail. */
  mode?: 'reuse' | 'new'
  addresses?: number
}

/** Sends mails over SMTP; throws unless all were taken. */
export async function sendMails(
  port: number,
  { connections, mails, file, mode = 'reuse', addresses = 1000 }: MailLoad,
): Promise<Load> {
  const result = await generate('load.ts', [port, connections, mails, file, mode, addresses])
  if (result.done !== mails || result.failed > 0)
    throw new Error(`of ${mails} mails ${result.done} were taken, ${result.failed} refused`)
  return result
}

export type RequestLoad = {
  paths: readonly string[]
  connections: number
  seconds: number
  /** Milliseconds that a connection rests between an answer and its next request. */
  pause?: number
  /** A credential that goes with each. */
  token?: string
  /** It ends with this, if that comes sooner. */
  during?: Promise<unknown>
}

/** Asks for paths in turn, over connections that stay; throws unless every answer is 200. */
export async function request(
  port: number,
  { paths, connections, seconds, pause = 0, token, during }: RequestLoad,
): Promise<Load> {
  const result = await generate('http-load.ts', [port, connections, seconds, pause, token ?? '', ...paths], during)
  if (result.done === 0 || result.failed > 0) throw new Error(`${result.failed} of ${result.done} requests failed`)
  return result
}

async function generate(script: string, input: (string | number)[], during?: Promise<unknown>): Promise<Load> {
  const process = Bun.spawn(['bun', join(import.meta.dir, script), ...input.map(String)], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const stop = () => process.kill('SIGTERM')
  during?.then(stop, stop)
  const said = await new Response(process.stdout).text()
  if ((await process.exited) !== 0) throw new Error(`${script} failed`)
  return JSON.parse(said)
}
