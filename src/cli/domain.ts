// `mayfly domain …`
import type { OutputOf } from '../control/verbs.ts'
import { customAccesses } from '../domains/domain.ts'
import { below, line } from '../finding.ts'
import { UsageError } from './arguments.ts'
import type { CommandName } from './commands.ts'
import { table } from './table.ts'
import { type Asked, done, tell } from './tenant.ts'

type DomainCommand = Extract<CommandName, `domain ${string}`>
type Shown = OutputOf<'domain-add'>

/** Each answers its exit code where that may be another than 0. */
export const domainCommands: { [Name in DomainCommand]: (asked: Asked) => Promise<number | undefined> } = {
  'domain add': async (asked) => {
    const { account, access: wished } = asked.options
    const access = customAccesses.find((one) => one === wished)
    if (wished !== undefined && !access) throw new UsageError(`--access must be one of ${customAccesses.join(', ')}`)
    const wish = {
      name: asked.operand ?? '',
      ...(account === undefined ? {} : { email: account }),
      ...(access ? { access } : {}),
    }
    const added = await done(asked, 'domain-add', wish)
    tell(asked, added, (domain) => {
      for (const { line } of domain.records.filter(({ purpose }) => purpose !== 'subdomains'))
        asked.terminal.print(line)
      const next = domain.nextCheckAt === null ? '' : ': set these records, they are looked for by and by'
      asked.terminal.note(`${domain.name} is ${domain.state}${next}`)
      for (const { line, name } of domain.records.filter(({ purpose }) => purpose === 'subdomains')) {
        asked.terminal.note(`for mail to its subdomains, also add ${name} here, and set: ${line}`)
      }
      tellNote(asked, domain)
    })
  },

  'domain list': async (asked) => {
    const { account: email } = asked.options
    tell(asked, await done(asked, 'domain-list', email === undefined ? {} : { email }), ({ items }) => {
      const rows = items.map((one) => [
        one.id,
        one.unicodeName,
        one.account.owner ?? '-',
        one.byHand ? `${one.state} by hand` : one.state,
        one.access,
        one.checkedAt ?? 'never',
      ])
      const heading = ['ID', 'DOMAIN', 'ACCOUNT', 'STATE', 'ACCESS', 'LOOKED AT']
      for (const line of table(heading, rows)) asked.terminal.print(line)
    })
  },

  'domain verify': async (asked) => {
    const byHand = asked.flags.has('by-hand')
    tell(asked, await done(asked, 'domain-verify', { name: asked.operand ?? '', byHand }), (domain) => {
      asked.terminal.print(`${domain.name} is ${domain.state}`)
      for (const { type, name, status, seen, problem } of domain.records) {
        if (status === null || byHand) continue
        const there = status === 'missing' && seen.length > 0 ? `, there is: ${seen.join(', ')}` : ''
        asked.terminal.print(`  ${type} ${name}: ${status}${problem === null ? there : ` (${problem})`}`)
      }
      tellNote(asked, domain)
    })
  },

  'domain doctor': async (asked) => {
    const found = await done(asked, 'domain-doctor', { name: asked.operand ?? '' })
    tell(asked, found, ({ name, outcome, items }) => {
      for (const { mend, ...one } of items) {
        asked.terminal.print(line(one))
        // Of what is fine the sentence says enough.
        for (const said of one.level === 'ok' ? [] : one.answered) asked.terminal.print(below(said))
        if (mend !== null) asked.terminal.print(below(`→ ${mend}`))
      }
      asked.terminal.note(outcome === 'wrong' ? `the mail of ${name} needs mending` : `nothing is wrong with ${name}`)
    })
    return found.outcome === 'wrong' ? 1 : 0
  },

  'domain remove': async (asked) => {
    const name = asked.operand ?? ''
    const most = asked.flags.has('yes') ? null : 0
    tell(asked, await done(asked, 'domain-remove', { name, most }), () =>
      asked.terminal.print(`the domain ${name} is removed`),
    )
  },
}

function tellNote({ terminal }: Asked, { note }: Pick<Shown, 'note'>): void {
  if (note !== null) terminal.note(note)
}
