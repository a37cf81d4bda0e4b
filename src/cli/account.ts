// `mayfly account …`
import type { CommandName } from './commands.ts'
import { readPassword } from './password.ts'
import { table } from './table.ts'
import { type Asked, done, given, tell } from './tenant.ts'

type AccountCommand = Extract<CommandName, `account ${string}`>

const emailOf = ({ options }: Asked): string => options['email'] ?? ''

export const accountCommands: { [Name in AccountCommand]: (asked: Asked) => Promise<void> } = {
  'account create': async (asked) => {
    const { flags, terminal } = asked
    const email = emailOf(asked)
    const password = flags.has('password-stdin') ? { password: await readPassword(terminal.input) } : {}
    const wish = { email, ...given(asked, 'plan'), ...password, admin: flags.has('admin') }
    const made = await done(asked, 'account-create', wish, { mayBegin: true })
    tell(asked, made, ({ plan }) => {
      terminal.print(`${email} has an account on the plan ${plan}${wish.admin ? ', and runs this server' : ''}`)
      if (!flags.has('password-stdin')) {
        terminal.note(`to sign in, a password is needed: mayfly account password --email ${email} --link`)
      }
    })
  },

  'account list': async (asked) => {
    tell(asked, await done(asked, 'account-list', {}), ({ items }) => {
      const rows = items.map(({ id, owner, plan, state, members, createdAt }) => [
        // Nobody else can be named of one without members.
        owner ?? id,
        plan,
        state,
        String(members),
        createdAt,
      ])
      for (const line of table(['OWNER', 'PLAN', 'STATE', 'MEMBERS', 'CREATED'], rows)) asked.terminal.print(line)
    })
  },

  'account set': async (asked) => {
    const email = emailOf(asked)
    const changed = await done(asked, 'account-set', { email, plan: asked.options['plan'] ?? '' })
    tell(asked, changed, ({ plan }) => asked.terminal.print(`${email} is on the plan ${plan}`))
  },

  'account password': async (asked) => {
    const email = emailOf(asked)
    if (asked.flags.has('link')) return tellLink(asked, await done(asked, 'account-password-link', { email }))
    const password = await readPassword(asked.terminal.input)
    tell(asked, await done(asked, 'account-password', { email, password }), () =>
      asked.terminal.print(`${email} has a new password; whoever was signed in with the old one is so no more`),
    )
  },

  'account invite': async (asked) => {
    const link = await done(asked, 'account-invite', given(asked, 'email', 'plan'), { mayBegin: true })
    tellLink(asked, link)
    if (!link.usable) {
      asked.terminal.note('but it is refused while registration is off: set server.registration to invitation or open')
    }
  },

  'account suspend': async (asked) => {
    const email = emailOf(asked)
    tell(asked, await done(asked, 'account-suspend', { email }), () =>
      asked.terminal.print(`the account of ${email} is suspended`),
    )
  },

  'account resume': async (asked) => {
    const email = emailOf(asked)
    tell(asked, await done(asked, 'account-resume', { email }), () =>
      asked.terminal.print(`the account of ${email} is active`),
    )
  },

  'account delete': async (asked) => {
    const email = emailOf(asked)
    tell(asked, await done(asked, 'account-delete', { email }), () =>
      asked.terminal.print(`the account of ${email} is deleted`),
    )
  },
}

/** The link alone, for a program that sends it on. */
function tellLink(asked: Asked, link: { url: string; expiresAt: string }): void {
  tell(asked, link, ({ url, expiresAt }) => {
    asked.terminal.print(url)
    asked.terminal.note(`it works once, until ${expiresAt}`)
  })
}
