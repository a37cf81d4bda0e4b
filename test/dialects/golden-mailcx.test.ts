// What Mail.cx answers, word for word: when there is nothing, when there is something, and for every refusal. The clock
// stands at the first minute of 2026.
import { schemas } from '../../src/dialects/mailcx/wire.ts'
import { proSchemas } from '../../src/dialects/mailcx/wire-pro.ts'
import { webhookSchemas } from '../../src/dialects/mailcx/wire-webhooks.ts'
import { at, listIn } from '../http/serve.ts'
import { keepsItsAnswers } from './golden.ts'
import { hooked, told } from './golden-webhooks.ts'
import { fill, on, refusals, type Stage, usual, type Verb } from './stage.ts'

const accounts = '/api/accounts'
const password = 'open sesame'
const address = 'user@mayfly.test'
const nobodys = '01900000-0000-7000-8000-000000000000'

/** Without a credential. */
const openly =
  (method: string, path: string, body?: unknown): Verb =>
  ({ call }) =>
    call(method, path, body === undefined ? {} : { body })

const wished = (body: object): Verb => openly('POST', accounts, { address, password, ...body })

/** With the account's key; `ID` stands for a mailbox that it made here. */
const keyed =
  (method: string, path: string, body?: unknown): Verb =>
  async ({ ask }) => {
    const { json } = await ask('POST', accounts, { body: { address, password } })
    const wish = body === undefined ? {} : { body }
    return ask(method, path.replace('ID', String(json['id'])), wish)
  }

/** As who signed in to a mailbox with one mail of each kind; `MAIL` stands for the one with this subject. */
const signedIn =
  (method: string, path: string, subject = '', body?: unknown): Verb =>
  async (stage) => {
    const { json } = await stage.ask('POST', accounts, { body: { address, password } })
    const token = String(json['token'])
    await fill(stage, { id: String(json['id']), address })
    const list = await stage.call('GET', '/api/messages', { token })
    const mail = listIn(list.json, 'messages').find((one) => at(one, 'subject') === subject)
    const wish = body === undefined ? {} : { body }
    return stage.call(method, path.replace('MAIL', String(at(mail, 'id'))), { token, ...wish })
  }

const emptied = (method: string, path: string): Verb => {
  return async ({ call }) => {
    const { json } = await call('POST', accounts, { body: { address, password } })
    return call(method, path.replace('ID', String(json['id'])), { token: String(json['token']) })
  }
}

const domainThen =
  (method: string, below: string, body?: unknown): Verb =>
  async ({ ask }: Stage) => {
    const { json } = await ask('POST', '/pro/api/domains', { body: { domain: 'Büro.example' } })
    const wish = body === undefined ? {} : { body }
    return ask(method, `/pro/api/domains${below.replace('ID', String(json['id']))}`, wish)
  }

const hooks = '/pro/api/webhooks'
const url = 'https://192.88.100.1/hook'

/** With a webhook, for which `ID` stands. */
const hookThen =
  (method: string, below: string, body?: unknown): Verb =>
  async ({ ask }: Stage) => {
    const { json } = await ask('POST', hooks, { body: { url, events: ['email.received'] } })
    const wish = body === undefined ? {} : { body }
    return ask(method, `${hooks}${below.replace('ID', String(json['id']))}`, wish)
  }

keepsItsAnswers(
  'mailcx',
  { ...schemas, ...proSchemas, ...webhookSchemas },
  {
    'a mailbox': usual(wished({})),
    'a mailbox of an account': usual(({ ask }) => ask('POST', accounts, { body: { address, password } })),
    'signing in': usual(async (stage) => {
      await wished({})(stage)
      return openly('POST', '/api/token', { address: 'USER@mayfly.test', password })(stage)
    }),
    'signing in with a wrong password': usual(openly('POST', '/api/token', { address, password })),
    'the domains': usual(openly('GET', '/api/domains')),
    me: usual(emptied('GET', '/api/me')),
    'me of an account': usual(signedIn('GET', '/api/me')),
    'me without a token': usual(openly('GET', '/api/me')),
    'me with a key': usual(({ ask }) => ask('GET', '/api/me')),
    'me without limits': on({ plan: 'unlimited' }, signedIn('GET', '/api/me')),
    'no messages': usual(emptied('GET', '/api/messages')),
    'some messages': usual(signedIn('GET', '/api/messages')),
    'a page without messages': usual(signedIn('GET', '/api/messages?page=2')),
    'a message with a text': usual(signedIn('GET', '/api/messages/MAIL', 'Grüße')),
    'a message with html and an attachment': usual(signedIn('GET', '/api/messages/MAIL', '')),
    'a message to a tag': usual(signedIn('GET', '/api/messages/MAIL', 'to a tag')),
    'a message that could not be read': usual(signedIn('GET', '/api/messages/MAIL', 'undigested')),
    'no such message': usual(signedIn('GET', `/api/messages/${nobodys}`)),
    'a message whose time is over': usual(async (stage) => {
      const { json } = await stage.call('POST', accounts, { body: { address, password } })
      const id = await stage.mail(address)
      stage.core.clock.now += 86_400_000
      return stage.call('GET', `/api/messages/${id}`, { token: String(json['token']) })
    }),
    'a source': usual(signedIn('GET', '/api/messages/MAIL/source', 'Grüße')),
    'an attachment': usual(signedIn('GET', '/api/messages/MAIL/attachments/0', '')),
    'no such attachment': usual(signedIn('GET', '/api/messages/MAIL/attachments/1', '')),
    'a message that is read': usual(signedIn('PUT', '/api/messages/MAIL/read', '')),
    'all messages read': usual(signedIn('PUT', '/api/messages/read', '', { all: true })),
    'nothing to be read': usual(signedIn('PUT', '/api/messages/read', '', {})),
    'ids of a wrong type': usual(signedIn('PUT', '/api/messages/read', '', { ids: 5 })),
    'a deleted message': usual(signedIn('DELETE', '/api/messages/MAIL', '')),
    'a deleted mailbox': usual(emptied('DELETE', '/api/me')),
    'a mailbox deleted by its id': usual(emptied('DELETE', '/api/accounts/ID')),
    "another's mailbox to delete": usual(emptied('DELETE', `/api/accounts/${nobodys}`)),
    'a short password': usual(wished({ password: '12345' })),
    'an address that is none': usual(wished({ address: 'a b@mayfly.test' })),
    'an address with a tag': usual(wished({ address: 'a+b@mayfly.test' })),
    'an address of a wrong type': usual(wished({ address: 5 })),
    'a reserved address': usual(wished({ address: 'admin@mayfly.test' })),
    'a taken address': usual(async (stage) => {
      await wished({})(stage)
      return wished({})(stage)
    }),
    'a domain that is not served': usual(wished({ address: 'x@elsewhere.test' })),
    'mailboxes for keys alone': on({ env: { MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' } }, wished({})),
    'too many mailboxes of one address': on(
      {
        env: { MAYFLY_DIALECTS_MAILCX_ACCOUNTS_PER_DAY_PER_IP: '1', MAYFLY_SMTP_TRUSTED_NETWORKS: '192.0.2.0/24' },
      },
      async (stage) => {
        await wished({})(stage)
        return wished({ address: 'second@mayfly.test' })(stage)
      },
    ),
    'too many calls a second': on(
      { env: { MAYFLY_DIALECTS_MAILCX_REQUESTS_PER_SECOND_PER_IP: '1' } },
      async (stage) => {
        stage.core.outside.elapsed = () => 0
        await openly('GET', '/api/domains')(stage)
        return openly('GET', '/api/domains')(stage)
      },
    ),
    'no mailboxes of the account': usual(({ ask }) => ask('GET', '/pro/api/accounts')),
    'mailboxes of the account': usual(keyed('GET', '/pro/api/accounts')),
    'messages for the account': usual(keyed('GET', '/pro/api/accounts/ID/messages')),
    'a mailbox deleted by the account': usual(keyed('DELETE', '/pro/api/accounts/ID')),
    "another's mailbox to delete by the account": usual(keyed('DELETE', `/pro/api/accounts/${nobodys}`)),
    'another password': usual(keyed('PUT', '/pro/api/accounts/ID/reset-password', { password: 'a new one' })),
    'another password that is short': usual(keyed('PUT', '/pro/api/accounts/ID/reset-password', { password: 'short' })),
    'a token': usual(keyed('POST', '/pro/api/tokens', { name: 'ci' })),
    'a token without a name': usual(keyed('POST', '/pro/api/tokens', {})),
    'the tokens, one revoked': usual(async ({ ask }) => {
      const { json } = await ask('POST', '/pro/api/tokens', { body: { name: 'ci' } })
      await ask('DELETE', `/pro/api/tokens/${json['id']}`)
      return ask('GET', '/pro/api/tokens')
    }),
    'no such token': usual(keyed('DELETE', `/pro/api/tokens/${nobodys}`)),
    'a domain': usual(keyed('POST', '/pro/api/domains', { domain: 'Büro.example' })),
    'the domains of the account': usual(domainThen('GET', '')),
    'a look at a domain': usual(domainThen('POST', '/ID/verify')),
    'a look where no name server is asked': on({ env: { MAYFLY_DNS_MODE: 'off' } }, domainThen('POST', '/ID/verify')),
    'a removed domain': usual(domainThen('DELETE', '/ID')),
    'no such domain': usual(domainThen('DELETE', `/${nobodys}`)),
    'a domain that is there': usual(domainThen('POST', '', { domain: 'büro.EXAMPLE' })),
    'a domain that is none': usual(keyed('POST', '/pro/api/domains', { domain: 'x' })),
    "the operator's domain": usual(keyed('POST', '/pro/api/domains', { domain: 'mayfly.test' })),
    'one domain too many': on(
      { env: { MAYFLY_PLANS_PRO_CUSTOM_DOMAINS: '1' } },
      domainThen('POST', '', { domain: 'other.example' }),
    ),
    'a webhook': usual(keyed('POST', hooks, { url, events: ['email.received'] })),
    'no webhooks': usual(keyed('GET', hooks)),
    'the webhook': usual(hookThen('GET', '')),
    'a webhook whose target fails': hooked(async (stage, target) => {
      await told(stage, hooks, { url: target })
      return stage.ask('GET', hooks)
    }),
    'a webhook that somebody paused': usual(async (stage) => {
      const { json } = await stage.ask('POST', hooks, { body: { url } })
      await stage.core.webhooks.change(stage.caller, String(json['id']), { state: 'paused' })
      return stage.ask('GET', hooks)
    }),
    'another secret': usual(hookThen('POST', '/ID/rotate')),
    'no deliveries': usual(hookThen('GET', '/ID/deliveries')),
    'deliveries, one to be tried again': hooked(async (stage, target) =>
      stage.ask('GET', `${await told(stage, hooks, { url: target })}/deliveries`),
    ),
    'a removed webhook': usual(hookThen('DELETE', '/ID')),
    'no such webhook': usual(hookThen('DELETE', `/${nobodys}`)),
    'one webhook too many': on({ plan: 'unlimited' }, hookThen('POST', '', { url })),
    'a webhook without a URL': usual(keyed('POST', hooks, { events: ['email.received'] })),
    'a webhook without TLS': usual(keyed('POST', hooks, { url: 'http://192.88.100.1/hook' })),
    'a webhook to a private address': usual(keyed('POST', hooks, { url: 'https://10.0.0.1/hook' })),
    'a webhook for an unknown event': usual(keyed('POST', hooks, { url, events: ['email.sent'] })),
    'a webhook with a key for some domains': on({ key: { domains: ['mayfly.test'] } }, ({ ask }) =>
      ask('POST', hooks, { body: { url } }),
    ),
    'an unknown endpoint': usual(openly('GET', '/api/nothing')),
    'an unknown endpoint for keys': usual(keyed('GET', '/pro/api/nothing')),
    ...refusals(accounts, { address, password }),
  },
)
