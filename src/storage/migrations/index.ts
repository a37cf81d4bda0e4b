// The steps from an empty file to the present tables, as text, so that they live in the executable.
// A step that has shipped is never edited: a change of the tables is a new file and a new line here.
import first from './0000_first.sql' with { type: 'text' }
import settings from './0001_settings.sql' with { type: 'text' }
import checks from './0002_checks.sql' with { type: 'text' }
import overdue from './0003_overdue.sql' with { type: 'text' }
import accounts from './0004_accounts.sql' with { type: 'text' }
import customDomains from './0005_custom_domains.sql' with { type: 'text' }
import addedAttachments from './0006_added_attachments.sql' with { type: 'text' }
import webhooks from './0007_webhooks.sql' with { type: 'text' }
import unusedMailboxes from './0008_unused_mailboxes.sql' with { type: 'text' }
import payments from './0009_payments.sql' with { type: 'text' }
import domainStanding from './0010_domain_standing.sql' with { type: 'text' }
import invoicePrices from './0011_invoice_prices.sql' with { type: 'text' }

export const migrations: readonly string[] = [
  first,
  settings,
  checks,
  overdue,
  accounts,
  customDomains,
  addedAttachments,
  webhooks,
  unusedMailboxes,
  payments,
  domainStanding,
  invoicePrices,
]
