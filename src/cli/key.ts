// `mayfly key …`
import { isPrefix, prefixes } from '../keys/key.ts'
import { scopes as allScopes, type Scope } from '../plans/plan.ts'
import { UsageError } from './arguments.ts'
import type { CommandName } from './commands.ts'
import { table } from './table.ts'
import { type Asked, done, given, tell } from './tenant.ts'

type KeyCommand = Extract<CommandName, `key ${string}`>

export const keyCommands: { [Name in KeyCommand]: (asked: Asked) => Promise<void> } = {
  'key create': async (asked) => {
    const { account = '', prefix } = asked.options
    if (prefix !== undefined && !isPrefix(prefix)) {
      throw new UsageError(`--prefix must be one of ${prefixes.join(', ')}`)
    }
    const wish = { email: account, ...(prefix === undefined ? {} : { prefix }), ...fieldsOf(asked) }
    tellMade(asked, await done(asked, 'key-create', wish))
  },

  'key list': async (asked) => {
    const { account: email } = asked.options
    tell(asked, await done(asked, 'key-list', email === undefined ? {} : { email }), ({ items }) => {
      const rows = items.map((one) => [
        one.id,
        `${one.prefix}${one.start}…${one.end}`,
        one.account.owner ?? one.account.id,
        one.name,
        one.maker || '-',
        end(one),
        one.lastUsedAt ?? 'never',
      ])
      const heading = ['ID', 'KEY', 'ACCOUNT', 'NAME', 'MAKER', 'GOOD UNTIL', 'LAST USED']
      for (const line of table(heading, rows)) asked.terminal.print(line)
    })
  },

  'key set': async (asked) => {
    const changed = await done(asked, 'key-set', { id: asked.operand ?? '', ...fieldsOf(asked) })
    tell(asked, changed, ({ id }) => asked.terminal.print(`the key ${id} is changed`))
  },

  'key rotate': async (asked) => {
    const { overlap = '0' } = asked.options
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(overlap)) throw new UsageError('--overlap must be a number of hours, 0 to 72')
    tellMade(asked, await done(asked, 'key-rotate', { id: asked.operand ?? '', overlapHours: Number(overlap) }))
  },

  'key revoke': async (asked) => {
    const id = asked.operand ?? ''
    tell(asked, await done(asked, 'key-revoke', { id }), () => asked.terminal.print(`the key ${id} is revoked`))
  },
}

/** The key alone, for a program that puts it where it belongs. */
function tellMade(asked: Asked, made: { id: string; key: string; previousSecretUntil: string | null }): void {
  tell(asked, made, ({ id, key, previousSecretUntil }) => {
    asked.terminal.print(key)
    const before = previousSecretUntil === null ? '' : `; the old one is good until ${previousSecretUntil}`
    asked.terminal.note(`this is the key ${id}, shown this once${before}`)
  })
}

const end = ({ revokedAt, expiresAt }: { revokedAt: string | null; expiresAt: string | null }): string =>
  revokedAt === null ? (expiresAt ?? '-') : `revoked ${revokedAt}`

/** Throws UsageError. */
function fieldsOf(asked: Asked) {
  const { name, expires, scopes, ...lists } = given(
    asked,
    'name',
    'expires',
    'scopes',
    'origins',
    'domains',
    'dialects',
  )
  return {
    ...(name === undefined ? {} : { name }),
    ...(expires === undefined ? {} : { expiresAt: expires === 'never' ? null : instantOf(expires) }),
    ...(scopes === undefined ? {} : { scopes: scopes === 'all' ? null : scopes.split(',').map(scopeOf) }),
    ...(lists.origins === undefined ? {} : { origins: listIn(lists.origins) }),
    ...(lists.domains === undefined ? {} : { domains: listIn(lists.domains) }),
    ...(lists.dialects === undefined ? {} : { dialects: listIn(lists.dialects) }),
  }
}

const listIn = (text: string): string[] => text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]))

function scopeOf(text: string): Scope {
  const scope = allScopes.find((one) => one === text.trim())
  if (scope === undefined) throw new UsageError(`--scopes must be some of ${allScopes.join(', ')}, or all`)
  return scope
}

const form = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/

/** Epoch milliseconds; in UTC unless it says otherwise. Throws UsageError. */
function instantOf(text: string): number {
  const [, date = '', time = '00:00', zone = 'Z'] = form.exec(text) ?? []
  const midnight = Date.parse(date)
  // The 31st of February is read as a day of March.
  const isDay = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date)
  const at = isDay && date !== '' ? Date.parse(`${date}T${time}${zone}`) : Number.NaN
  if (Number.isNaN(at)) {
    throw new UsageError('--expires must be an instant, such as 2027-01-31 or 2027-01-31T12:00Z, or never')
  }
  return at
}
