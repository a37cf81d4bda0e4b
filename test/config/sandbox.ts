// Loading a config from a text, an environment and a command line, in a directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Complaint, ConfigComplaints } from '../../src/config/complaints.ts'
import { type Loaded, loadConfig, type Sources } from '../../src/config/load.ts'

export interface Given {
  toml?: string
  env?: Record<string, string>
  overrides?: NonNullable<Sources['overrides']>
}

const directory = mkdtempSync(join(tmpdir(), 'config-'))
const file = join(directory, 'test.toml')
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** What the config is, with this in its sources. */
export function load({ toml = '', env = {}, overrides = {} }: Given = {}): Loaded['config'] {
  writeFileSync(file, toml)
  return loadConfig({ file, env, cwd: directory, overrides }).config
}

/** What is wrong with these sources; empty if nothing is. */
export function complaints(given: Given): readonly Complaint[] {
  try {
    load(given)
    return []
  } catch (error) {
    if (error instanceof ConfigComplaints) return error.complaints
    throw error
  }
}

/** The same, as lines for people, with the file's name cut to its last part. */
export function lines(given: Given): string[] {
  try {
    load(given)
    return []
  } catch (error) {
    if (error instanceof ConfigComplaints) return error.message.replaceAll(`${directory}/`, '').split('\n')
    throw error
  }
}
