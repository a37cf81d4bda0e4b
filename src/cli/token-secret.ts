// mayfly token-secret …: what the tokens of mailboxes are signed with.
import type { CommandName } from './commands.ts'
import { type Asked, done, tell } from './tenant.ts'

export const tokenSecretCommands = {
  'token-secret rotate': async (asked) => {
    tell(asked, await done(asked, 'token-secret-rotate', {}), ({ oldGoodUntil }) =>
      asked.terminal.print(`tokens are signed with a new secret; the old one is good until ${oldGoodUntil}`),
    )
  },
} satisfies Partial<Record<CommandName, (asked: Asked) => Promise<void>>>
