// `mayfly invoice …`
import { anyIdOf, ulidOf } from '../ulid.ts'
import { UsageError } from './arguments.ts'
import type { CommandName } from './commands.ts'
import { table } from './table.ts'
import { type Asked, done, tell } from './tenant.ts'

type InvoiceCommand = Extract<CommandName, `invoice ${string}`>

export const invoiceCommands: { [Name in InvoiceCommand]: (asked: Asked) => Promise<void> } = {
  'invoice list': async (asked) => {
    tell(asked, await done(asked, 'invoice-list', {}), ({ items }) => {
      const rows = items.map((one) => [
        ulidOf(one.id),
        one.state,
        one.plan,
        one.rail,
        one.accountId ?? '-',
        one.createdAt,
        one.paidUntil ?? '-',
      ])
      const heading = ['ID', 'STATE', 'PLAN', 'RAIL', 'ACCOUNT', 'ORDERED', 'PAID UNTIL']
      for (const line of table(heading, rows)) asked.terminal.print(line)
    })
  },

  'invoice pay': async (asked) => {
    const typed = asked.operand ?? ''
    const id = anyIdOf(typed)
    if (id === null) {
      throw new UsageError('ID must be that of an invoice, as mayfly invoice list shows it, or as a UUID')
    }
    tell(asked, await done(asked, 'invoice-pay', { id }), ({ plan, paidUntil, wasPaid }) => {
      const until = paidUntil === null ? '' : ` until ${paidUntil}`
      const name = ulidOf(id)
      if (wasPaid) asked.terminal.print(`the invoice ${name} was paid already: nothing is changed (${plan}${until})`)
      else asked.terminal.print(`the invoice ${name} is paid: its account has the plan ${plan}${until}`)
    })
  },
}
