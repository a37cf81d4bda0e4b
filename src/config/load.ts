// The config of this process: the file, then the environment, then the command line.
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import { type Complaint, ConfigComplaints } from './complaints.ts'
import { LOOPBACK_NETWORKS, PRIVATE_NETWORKS } from './fields.ts'
import { parseHost } from './names.ts'
import { type Override, readEnvironment, underItsName, withOverrides } from './overrides.ts'
import { crossComplaints, listensPublicly } from './rules.ts'
import { type Config, ConfigSchema } from './schema.ts'
import { isTable, shape, type Table } from './shape.ts'
import { shippedPlans } from './shipped-plans.ts'
import { readToml } from './toml.ts'

/** Where the config comes from. */
export interface Sources {
  /** `--config`. */
  file?: string | undefined
  env: Record<string, string | undefined>
  /** The directory that relative paths are taken from. */
  cwd: string
  /** The command line's other options. */
  overrides?: { dataDir?: string | undefined; http?: string | undefined; smtp?: string | undefined }
}

/** A config that may be used, and the file it was read from. */
export interface Loaded {
  config: Config
  file: string | null
}

const DEFAULT_FILE = 'mayfly.toml'

/** Loads the config. Throws ConfigComplaints with everything that is wrong at once. */
export function loadConfig(sources: Sources): Loaded {
  const { env, cwd } = sources
  const file = fileOf(sources)
  const complaints: Complaint[] = []
  const overrides = [...readEnvironment(env, complaints), ...readOptions(sources.overrides ?? {})]
  const tables = file === null ? {} : readTables(file, complaints)
  const written = withOverrides(tables ?? {}, overrides)
  const config = decide(shape(ConfigSchema, withShippedPlans(written), '', complaints))
  if (Value.Check(ConfigSchema, config)) {
    // What a broken file says is not known, so nothing can be said about how its keys go together.
    if (tables) complaints.push(...crossComplaints(config, written, complaints))
    if (complaints.length === 0) return { config: settle(config, cwd), file }
  }
  if (complaints.length === 0) throw new Error('the config does not fit its own schema')
  throw new ConfigComplaints(complaints.map((complaint) => underItsName(complaint, overrides)))
}

function fileOf({ file, env, cwd }: Sources): string | null {
  const named = file ?? (env['MAYFLY_CONFIG'] || undefined)
  if (named !== undefined) return resolve(cwd, named)
  const usual = resolve(cwd, DEFAULT_FILE)
  return existsSync(usual) ? usual : null
}

function readTables(file: string, complaints: Complaint[]): Table | null {
  try {
    return readToml(file)
  } catch (error) {
    if (!(error instanceof ConfigComplaints)) throw error
    complaints.push(...error.complaints)
    return null
  }
}

function readOptions({ dataDir, http, smtp }: NonNullable<Sources['overrides']>): Override[] {
  return [
    { name: '--data', path: ['server', 'data_dir'], value: dataDir },
    { name: '--http', path: ['http', 'listen'], value: http },
    { name: '--smtp', path: ['smtp', 'listen'], value: smtp },
  ].filter(({ value }) => value !== undefined)
}

/** What the operator wrote about plans, laid over what ships. */
function withShippedPlans(written: Table): Table {
  const own = written['plans'] ?? {}
  if (!isTable(own)) return written
  const changed = Object.entries(own).map(([name, plan]): [string, unknown] => {
    const shipped = new Map<string, Table>(Object.entries(shippedPlans)).get(name)
    return [name, shipped && isTable(plan) ? { ...shipped, ...plan } : plan]
  })
  return { ...written, plans: Object.fromEntries([...Object.entries(shippedPlans), ...changed]) }
}

/** Fills in what no fixed default would do for. */
function decide(shaped: unknown): unknown {
  if (!isTable(shaped) || !isTable(shaped['smtp'])) return shaped
  const smtp = { hostname: parseHost(hostname()) ?? 'localhost', ...shaped['smtp'] }
  const { listen, listen_tls } = shaped['smtp']
  const open = listensPublicly({ listen: texts(listen), listen_tls: texts(listen_tls) })
  return { ...shaped, smtp: { trusted_networks: open ? LOOPBACK_NETWORKS : PRIVATE_NETWORKS, ...smtp } }
}

const texts = (list: unknown): string[] => (Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [])

/** Paths in full, and without the plans that are switched off. */
function settle(config: Config, cwd: string): Config {
  const { cert_file, key_file } = config.tls
  return {
    ...config,
    server: { ...config.server, data_dir: resolve(cwd, config.server.data_dir) },
    tls: {
      ...config.tls,
      ...(cert_file === undefined ? {} : { cert_file: resolve(cwd, cert_file) }),
      ...(key_file === undefined ? {} : { key_file: resolve(cwd, key_file) }),
    },
    plans: Object.fromEntries(Object.entries(config.plans).filter(([, plan]) => plan.enabled)),
  }
}
