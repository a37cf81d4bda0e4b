// Carrying out a verb about accounts, keys and domains: by the running server, or without one.
import { existsSync } from 'node:fs'
import { because, CannotDo } from '../cannot-do.ts'
import { parseListen } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { makeCore } from '../core.ts'
import { Events } from '../events.ts'
import { openLog } from '../log.ts'
import { Metrics } from '../metrics.ts'
import { realOutside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { databaseFile, openForReading } from '../storage/database.ts'
import { giveToOwner, prepareDirectory } from '../storage/directory.ts'
import type { Report } from '../storage/inspection.ts'
import { markFile } from '../storage/log-mark.ts'
import { ThreadWriter } from '../storage/writer.ts'
import { startThread } from '../thread.ts'
import { accountVerbs } from './account-verbs.ts'
import { perform } from './client.ts'
import { domainVerbs } from './domain-verbs.ts'
import { invoiceVerbs } from './invoice-verbs.ts'
import { keyVerbs } from './key-verbs.ts'
import { pageUrl } from './links.ts'
import { tokenVerbs } from './token-verbs.ts'
import type { Ground } from './verb.ts'
import type { InputOf, OutputOf } from './verbs.ts'

type StoreGround = Pick<
  Ground,
  'accounts' | 'signIns' | 'links' | 'keys' | 'domains' | 'jwts' | 'payments' | 'isServing' | 'pageUrl'
>
export type StoreVerbName =
  | keyof typeof accountVerbs
  | keyof typeof keyVerbs
  | keyof typeof domainVerbs
  | keyof typeof tokenVerbs
  | keyof typeof invoiceVerbs
type Run<Name extends StoreVerbName> = (
  ground: StoreGround,
  input: InputOf<Name>,
  signal: AbortSignal,
) => Promise<OutputOf<Name>>

const storeVerbs: { [Name in StoreVerbName]: { run: Run<Name> } } = {
  ...accountVerbs,
  ...keyVerbs,
  ...domainVerbs,
  ...tokenVerbs,
  ...invoiceVerbs,
}

/**
 * `begin`: without a server and a database one is made, as the first start would, and this is told its file; null: that is
 * refused. Throws CannotDo, also for what the services refuse, and CannotStart.
 */
export async function carryOut<Name extends StoreVerbName>(
  config: Config,
  name: Name,
  input: InputOf<Name>,
  begin: ((file: string) => void) | null,
): Promise<OutputOf<Name>> {
  const dataDir = config.server.data_dir
  const file = databaseFile(dataDir)
  if (begin) prepareDirectory(dataDir)
  else refuseNoStore(existsSync(dataDir), dataDir)
  return perform(dataDir, name, input, async () => {
    const isNew = !existsSync(file)
    if (!begin) refuseNoStore(!isNew, dataDir)
    try {
      return await onStore(config, (ground) => storeVerbs[name].run(ground, input, new AbortController().signal))
    } finally {
      const made = [file, `${file}-wal`, `${file}-shm`, markFile(file)].filter((one) => existsSync(one))
      for (const one of made) giveToOwner(dataDir, one)
      if (isNew && existsSync(file)) begin?.(file)
    }
  })
}

function refuseNoStore(isThere: boolean, dataDir: string): void {
  if (!isThere) throw new CannotDo(`there is no database in ${dataDir}: say where it is with --config or --data`)
}

/** The services on the database, with nothing else started. The caller has the lock. Throws CannotDo. */
async function onStore<Result>(config: Config, work: (ground: StoreGround) => Promise<Result>): Promise<Result> {
  const file = databaseFile(config.server.data_dir)
  const cannotUse = (why: string) => new CannotDo(`the database ${file} cannot be used: ${why}`)
  const events = new Events(() => {})
  let report: Report | null = null
  const writer = await ThreadWriter.open({
    start: () => startThread('writer'),
    databaseFile: file,
    tell: (told) => events.tell(told),
    committed: () => {},
    inspected: (found) => {
      report = found
    },
    died: () => {},
    replaced: () => {},
    troubled: () => {},
  }).catch((error) => {
    throw cannotUse(because(error))
  })
  try {
    const broken = structureDamage(report)
    if (broken !== null) throw cannotUse(`it is damaged (${broken}): see mayfly doctor`)
    const reading = openForReading(file)
    try {
      const none = { run: () => Promise.reject(new Refusal('storage-failed')) }
      const { plans, switches, accounts, signIns, links, keys, domains, jwts, payments } = makeCore(config, {
        db: reading.db,
        writer,
        // No cursor is given out.
        cursorSecret: realOutside.randomBytes(32),
        digestWorkers: none,
        readerWorkers: none,
        events,
        shortage: () => null,
        storedBytes: () => 0,
        outside: realOutside,
        metrics: new Metrics(),
        log: openLog({ level: 'silent', format: 'json' }),
      })
      await plans.recall()
      await switches.load()
      return await work({
        ...{ accounts, signIns, links, keys, domains, jwts, payments },
        isServing: false,
        pageUrl: pageUrlOf(config),
      })
    } finally {
      reading.close()
    }
  } finally {
    await writer.stop()
  }
}

/** What would spread if anything were written, or null. */
function structureDamage(report: Report | null): string | null {
  return report ? ([...report.left.structure, ...report.left.pages][0] ?? null) : null
}

function pageUrlOf({ server, http }: Config): string {
  const places = (texts: readonly string[], tls: boolean) =>
    texts.flatMap((text) => parseListen(text) ?? []).map((place) => ({ ...place, tls }))
  return pageUrl(server.public_url ?? null, [...places(http.listen, http.tls), ...places(http.listen_plain, false)])
}
