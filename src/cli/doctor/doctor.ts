// `mayfly doctor`: looks at everything that a server needs, inside and around it. It changes nothing.
import { CannotDo } from '../../cannot-do.ts'
import { ConfigComplaints } from '../../config/complaints.ts'
import { type Loaded, loadConfig, type Sources } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { ask } from '../../control/client.ts'
import type { Status } from '../../control/verb.ts'
import { carriedOut, type Finding, findingsOf, line } from '../../finding.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../../storage/lock.ts'
import { warnings } from '../warnings.ts'
import { certificate } from './certificate.ts'
import { clock } from './clock.ts'
import { database, sqlite } from './database.ts'
import { disk } from './disk.ts'
import { domains } from './domains.ts'
import { payments } from './payments.ts'
import { plans } from './plans.ts'
import { ports } from './ports.ts'

/** Starts a server in a temporary place, sends it a mail, and says what did not work. */
export type Rehearse = () => Promise<Finding[]>

/** Answers the exit code: 0 if nothing is wrong. */
export async function doctor(
  sources: Sources,
  json: boolean,
  print: (line: string) => void,
  rehearse: Rehearse,
): Promise<number> {
  const items: Finding[] = []
  for await (const found of findings(sources, rehearse)) {
    items.push(...found)
    if (!json) for (const one of found) print(line(one))
  }
  const bad = items.filter(({ level }) => level === 'wrong').length
  if (json) print(JSON.stringify({ items }))
  else print(bad === 0 ? 'nothing is wrong' : `${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong`)
  return bad === 0 ? 0 : 1
}

/** Check after check, so that what takes long does not hold up what is known. */
async function* findings(sources: Sources, rehearse: Rehearse): AsyncGenerator<Finding[]> {
  const { ok, note, wrong } = findingsOf('config')
  yield await carriedOut('sqlite', sqlite)
  yield await carriedOut('parts', rehearse)
  let loaded: Loaded
  try {
    loaded = loadConfig(sources)
  } catch (error) {
    if (!(error instanceof ConfigComplaints)) throw error
    yield error.message.split('\n').map((complaint) => wrong(complaint, 'mend the config; nothing else was looked at'))
    return
  }
  const { config, file } = loaded
  yield [ok(file === null ? 'the defaults' : `${file} is fine`), ...warnings(config).map((said) => note(said))]
  yield* around(config)
}

async function* around(config: Config): AsyncGenerator<Finding[]> {
  const { findings: ofServer, running } = await server(config.server.data_dir)
  yield ofServer
  yield await carriedOut('disk', () => disk(config))
  let lastEventAt: number | null = null
  let isWhole = false
  yield await carriedOut('database', () => {
    const store = database(config.server.data_dir)
    lastEventAt = store.lastEventAt
    isWhole = store.findings.every(({ level }) => level !== 'wrong')
    return store.findings
  })
  // What is damaged was told.
  if (isWhole) yield await carriedOut('plans', () => plans(config))
  yield await carriedOut('payments', () => payments(config))
  yield await carriedOut('clock', () => clock(Date.now, lastEventAt))
  yield await carriedOut('ports', () => ports(config, running))
  yield await carriedOut('certificate', () => certificate(config, Date.now()))
  yield await carriedOut('domains', () => domains(config, running !== null))
}

async function server(dataDir: string): Promise<{ findings: Finding[]; running: Status | null }> {
  const { ok, wrong } = findingsOf('server')
  try {
    const running = (await ask(dataDir, 'status', {}))?.done ?? null
    if (running) {
      const is = `Mayfly ${running.version} runs (process ${running.pid}), since ${new Date(running.startedAt).toISOString()}`
      const { shortage } = running
      if (shortage === null) return { findings: [ok(is)], running }
      return { findings: [wrong(`${is}, and takes no mail: ${shortage}`, 'make room; its log says more')], running }
    }
  } catch (error) {
    if (!(error instanceof CannotDo)) throw error
    return { findings: [wrong(error.message, 'look into its log')], running: null }
  }
  return { findings: [withoutAnswer(dataDir)], running: null }
}

function withoutAnswer(dataDir: string): Finding {
  const { note, wrong } = findingsOf('server')
  try {
    DataDirectoryLock.takeIfThere(dataDir)?.release()
    return note('no server runs')
  } catch (error) {
    if (error instanceof DataDirectoryTaken)
      return wrong(`a Mayfly has ${dataDir}, and does not answer: it is starting, stopping or stuck`, 'try again')
    if (error instanceof CannotDo) return wrong(error.message, 'look again as that user')
    throw error
  }
}
