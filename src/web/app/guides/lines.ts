// The lines of each example, in each language of programs: made of the call's data, so that none is forgotten.
import type { Call } from './call.ts'
import { curlOf } from './curl.ts'
import { javaScriptOf } from './javascript.ts'
import { pythonOf } from './python.ts'

export type Program = 'curl' | 'JavaScript' | 'Python'

/** `base`: where the server is. `known`: variables that the reader put in by himself. */
export type Given = { base: string; known: Readonly<Record<string, string>> }

const renderers: Record<Program, (call: Call, given: Given) => string> = {
  curl: curlOf,
  JavaScript: javaScriptOf,
  Python: pythonOf,
}

export const programs: readonly Program[] = ['curl', 'JavaScript', 'Python']

export const linesOf = (call: Call, program: Program, given: Given): string => renderers[program](call, given)
