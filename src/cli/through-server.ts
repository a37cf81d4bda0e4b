// The commands that a running server carries out, or this process in its place.
import { accountCommands } from './account.ts'
import { domainCommands } from './domain.ts'
import { invoiceCommands } from './invoice.ts'
import { keyCommands } from './key.ts'
import { tokenSecretCommands } from './token-secret.ts'

export const commands = {
  ...accountCommands,
  ...keyCommands,
  ...domainCommands,
  ...tokenSecretCommands,
  ...invoiceCommands,
}
