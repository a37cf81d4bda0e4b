// `mayfly init`: a commented config to begin with. A file that is there is never touched.
import { writeFileSync } from 'node:fs'
import { exampleConfig } from '../config/example.ts'

/** Answers the exit code. */
export function init(file: string, print: (line: string) => void, complain: (line: string) => void): number {
  try {
    writeFileSync(file, exampleConfig(), { flag: 'wx', mode: 0o600 })
    print(`wrote ${file}`)
    return 0
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error)
    complain(
      code === 'EEXIST' ? `${file} is there already, and was left as it was` : `${file} cannot be written (${code})`,
    )
    return 1
  }
}
