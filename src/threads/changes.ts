// Every change that the writer thread can run.
import { changes as accounts } from '../accounts/changes.ts'
import { changes as domains } from '../domains/changes.ts'
import { changes as keys } from '../keys/store.ts'
import { changes as blocks } from '../mailboxes/blocks.ts'
import { changes as mailboxes } from '../mailboxes/changes.ts'
import { changes as messages } from '../messages/changes.ts'
import { changes as payments } from '../payments/changes.ts'
import { changes as plans } from '../plans/store.ts'
import type { Changes } from '../storage/change.ts'
import { changes as eventLog } from '../storage/event-log.ts'
import { changes as integrity } from '../storage/inspection.ts'
import { changes as settings } from '../storage/settings.ts'
import { changes as usage } from '../usage/store.ts'
import { changes as webhooks } from '../webhooks/changes.ts'
import { withDeliveries } from '../webhooks/writing.ts'

const own: Changes = {
  ...plans,
  ...accounts,
  ...keys,
  ...domains,
  ...blocks,
  ...mailboxes,
  ...messages,
  ...usage,
  ...eventLog,
  ...settings,
  ...integrity,
  ...webhooks,
  ...payments,
}

export const changes: Changes = withDeliveries(own)
