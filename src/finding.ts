// What a doctor finds, of this server or of a domain: one line each.

/** From the best. `note`: worth knowing, and no reason to act. */
export const levels = ['ok', 'note', 'wrong'] as const
export type Level = (typeof levels)[number]

/** `mend`: what to do about it. `asked`, `answered`: of whom anything was asked, line by line. */
export type Finding = {
  check: string
  level: Level
  says: string
  mend?: string
  asked?: readonly string[]
  answered?: readonly string[]
}

/** The worst of them. */
export const worst = (findings: readonly Finding[]): Level =>
  levels.findLast((level) => findings.some((one) => one.level === level)) ?? 'ok'

/** Findings of one check. */
export const findingsOf = (check: string) => ({
  ok: (says: string): Finding => ({ check, level: 'ok', says }),
  note: (says: string, mend?: string): Finding => ({ check, level: 'note', says, ...(mend ? { mend } : {}) }),
  wrong: (says: string, mend: string): Finding => ({ check, level: 'wrong', says, mend }),
})

/** A check that cannot be carried out is a finding of its own. */
export async function carriedOut(check: string, look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [findingsOf(check).wrong(`this could not be looked at: ${why}`, 'this may be a defect of Mayfly: report it')]
  }
}

const marks = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

export function line({ check, level, says, mend }: Finding): string {
  const first = `${marks[level]} ${check.padEnd(12)} ${says}`
  return mend === undefined ? first : `${first}\n${below(`→ ${mend}`)}`
}

/** What belongs to the line above it. */
export const below = (text: string): string => `${''.padEnd(19)}${text}`
