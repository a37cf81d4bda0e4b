// Every dialect there is, by its name.
import { dustmail } from '../dialects/dustmail/dustmail.ts'
import { mailcx } from '../dialects/mailcx/mailcx.ts'
import { mailfade } from '../dialects/mailfade/mailfade.ts'
import { minutemail } from '../dialects/minutemail/minutemail.ts'
import { native } from '../dialects/native/native.ts'
import { run2mail } from '../dialects/run2mail/run2mail.ts'
import type { Dialect, Door } from './dialect.ts'

const makers: Record<string, (door: Door) => Dialect> = { native, run2mail, dustmail, minutemail, mailcx, mailfade }

export const dialectNames: readonly string[] = Object.keys(makers)

export const dialectsOf = (door: Door): Dialect[] => Object.values(makers).map((make) => make(door))

/** The dialect of this name; null if there is none. */
export function dialectNamed(name: string, door: Door): Dialect | null {
  return Object.hasOwn(makers, name) ? (makers[name]?.(door) ?? null) : null
}
