// What the doctor finds: one line each.

/** `note`: worth knowing, and no reason to act. */
export type Level = 'ok' | 'note' | 'wrong'

/** `mend`: what to do about it. */
export type Finding = { check: string; level: Level; says: string; mend?: string }

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
  return mend === undefined ? first : `${first}\n      ${''.padEnd(12)} → ${mend}`
}
