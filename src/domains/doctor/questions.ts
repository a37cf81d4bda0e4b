// Questions of a report: each in its time, and kept with what was answered.
import type { Finding } from '../../finding.ts'
import { shortened } from '../looking.ts'
import { type Asking, type Looked, type Lookups, late, type Mx } from '../resolver.ts'

/** What was asked, line by line, and what was answered. */
export type Told<Value> = { looked: Looked<Value>; asked: string; answered: string[] }

/** Never longer than `ms`; what comes later is not waited for, and nothing further is asked. */
export async function within<Value>(
  ms: number,
  ask: (asking: Asking) => Promise<Looked<Value>>,
): Promise<Looked<Value>> {
  const over = new AbortController()
  const { promise, resolve } = Promise.withResolvers<Looked<Value>>()
  const timer = setTimeout(() => {
    over.abort()
    resolve({ is: 'unknown', why: late })
  }, ms)
  try {
    return await Promise.race([ask({ urgent: true, signal: over.signal }), promise])
  } finally {
    clearTimeout(timer)
  }
}

export class Questions {
  /** `show`: an address, as whoever reads the report may see it. */
  constructor(
    private readonly lookups: Lookups,
    private readonly checkMs: number,
    readonly show: (address: string) => string,
  ) {}

  txt(name: string): Promise<Told<string>> {
    return this.ask('TXT', name, (asking) => this.lookups.txt(name, asking), quoted)
  }

  mx(name: string): Promise<Told<Mx>> {
    const shown = ({ exchange, priority }: Mx) => `${priority} ${exchange}.`
    return this.ask('MX', name, (asking) => this.lookups.mx(name, asking), shown)
  }

  a(name: string): Promise<Told<string>> {
    return this.ask('A', name, (asking) => this.lookups.a(name, asking), this.show)
  }

  aaaa(name: string): Promise<Told<string>> {
    return this.ask('AAAA', name, (asking) => this.lookups.aaaa(name, asking), this.show)
  }

  ptr(address: string): Promise<Told<string>> {
    return this.ask(
      'PTR',
      this.show(address),
      (asking) => this.lookups.ptr(address, asking),
      (name) => `${name}.`,
    )
  }

  private async ask<Value>(
    type: string,
    name: string,
    look: (asking: Asking) => Promise<Looked<Value>>,
    shown: (value: Value) => string,
  ): Promise<Told<Value>> {
    const looked = await within(this.checkMs, look)
    const at = `${name} ${type}`
    return { looked, asked: `${type} ${name}`, answered: answers(looked, at, name, shown) }
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

function answers<Value>(looked: Looked<Value>, at: string, name: string, shown: (value: Value) => string): string[] {
  if (looked.is === 'unknown') return [`${at}: ${looked.why}`]
  // Only the first: behind it may be names that are none of its owner's.
  const [alias] = looked.aliases
  const leads = alias === undefined ? [] : [`${name} CNAME ${alias}.`]
  if (looked.is === 'nothing') return [...leads, `${at}: there is none`]
  const values = shortened(looked.values.map(shown))
  const left = looked.values.length - values.length
  return [...leads, ...values.map((value) => `${at} ${value}`), ...(left > 0 ? [`${at}: and ${left} more`] : [])]
}

/** A finding with what it rests on. */
export const from = (told: readonly Told<unknown>[], finding: Finding): Finding => ({
  ...finding,
  asked: told.map(({ asked }) => asked),
  answered: told.flatMap(({ answered }) => answered),
})

export const valuesOf = <Value>(looked: Looked<Value>): Value[] => (looked.is === 'found' ? looked.values : [])

const mostListed = 8

/** `a, b and 3 more`. */
export function listed(values: readonly string[]): string {
  const left = values.length - mostListed
  return values.slice(0, mostListed).join(', ') + (left > 0 ? ` and ${left} more` : '')
}

export const seeServers = (name: string): string => `see that the name servers of ${name} answer, and try again`
