// What the native API answers about webhooks, word for word: when there is nothing, when there is something, and for what it
// refuses. The clock stands at the first minute of 2026.
import { type TSchema, Type } from '@sinclair/typebox'
import { ErrorShape } from '../../src/dialects/native/wire.ts'
import { webhookSchemas } from '../../src/dialects/native/wire-webhooks.ts'
import { at } from '../http/serve.ts'
import { keepsItsAnswers } from './golden.ts'
import { hooked, told } from './golden-webhooks.ts'
import { on, type Stage, usual, type Verb } from './stage.ts'

const hooks = '/mayfly/v1/webhooks'
const nobodys = '01900000-0000-7000-8000-000000000000'
const url = 'https://192.88.100.1/hook'

const page = (item: TSchema) => Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) })
const { Webhook, MadeWebhook, Delivery, Replay, Tested } = webhookSchemas
const lists = { WebhookList: page(Webhook), DeliveryList: page(Delivery) }
const schemas = { Webhook, MadeWebhook, Delivery, Replay, Tested, ...lists }

const made =
  (body: object): Verb =>
  ({ ask }) =>
    ask('POST', hooks, { body })

/** With one webhook, for which `ID` stands. */
const then =
  (method: string, below = '', body?: object): Verb =>
  async (stage: Stage) => {
    const { json } = await made({ url })(stage)
    return stage.ask(method, `${hooks}${below.replace('ID', String(json['id']))}`, body === undefined ? {} : { body })
  }

/** When one mail was told of, and one was refused by its target; `ID` and `DELIVERY` (the newest) stand for what is there. */
const afterwards = (method: string, below: string, body?: object, env = {}) =>
  hooked(async (stage, target) => {
    const path = await told(stage, hooks, { url: target, events: ['message.stored'] })
    const { json } = await stage.ask('GET', `${path}/deliveries`)
    const delivery = String(at(json, 'items', 0, 'id'))
    const text = JSON.stringify(body)?.replace('DELIVERY', delivery)
    return stage.ask(method, `${path}${below}`, text === undefined ? {} : { body: JSON.parse(text) })
  }, env)

keepsItsAnswers(
  'native-webhooks',
  { ...schemas, Error: ErrorShape },
  {
    'a webhook': usual(made({ url })),
    'a webhook of one mailbox and one event': usual(async (stage) => {
      const { address } = await stage.box('one')
      return made({ url, events: ['message.digested'], mailbox: address })(stage)
    }),
    'no webhooks': usual(({ ask }) => ask('GET', hooks)),
    'some webhooks, one of Mail.cx': on({ plan: 'unlimited' }, async (stage) => {
      await stage.ask('POST', '/pro/api/webhooks', { body: { url } })
      return then('GET')(stage)
    }),
    'one of them': usual(then('GET', '/ID')),
    'a webhook that was used': afterwards('GET', ''),
    'a paused webhook': usual(then('PATCH', '/ID', { state: 'paused' })),
    'a webhook that goes elsewhere': usual(
      then('PATCH', '/ID', { url: 'https://192.88.100.1/else', events: ['message.stored'] }),
    ),
    'another secret': usual(then('POST', '/ID/rotate', {})),
    'another secret at once': usual(then('POST', '/ID/rotate', { overlapHours: 0 })),
    'no deliveries': usual(then('GET', '/ID/deliveries')),
    'deliveries, one to be tried again': afterwards('GET', '/deliveries'),
    'deliveries that failed': afterwards('GET', '/deliveries?state=failed', undefined, {
      MAYFLY_WEBHOOKS_ATTEMPTS: '1',
    }),
    'a test that is not taken': afterwards('POST', '/test'),
    'one delivery again': afterwards('POST', '/replay', { delivery: 'DELIVERY' }),
    'all that failed again': afterwards('POST', '/replay', {}, { MAYFLY_WEBHOOKS_ATTEMPTS: '1' }),
    'a removed webhook': usual(then('DELETE', '/ID')),
    'no such webhook': usual(then('GET', `/${nobodys}`)),
    'no such webhook to change': usual(then('PATCH', `/${nobodys}`, {})),
    'no such webhook to rotate': usual(then('POST', `/${nobodys}/rotate`, {})),
    'no such webhook to replay': usual(then('POST', `/${nobodys}/replay`, {})),
    'no such webhook to remove': usual(then('DELETE', `/${nobodys}`)),
    'deliveries of no webhook': usual(then('GET', `/${nobodys}/deliveries`)),
    'no such delivery': usual(then('POST', '/ID/replay', { delivery: nobodys })),
    'a URL that is none': usual(made({ url: 'nowhere' })),
    'a URL without TLS': usual(made({ url: 'http://192.88.100.1/' })),
    'a URL that is private': usual(made({ url: 'https://127.0.0.1/' })),
    'a URL of a mail server': usual(made({ url: 'https://192.88.100.1:25/' })),
    'no URL': usual(made({})),
    'no events': usual(made({ url, events: [] })),
    'an unknown event': usual(made({ url, events: ['email.received'] })),
    'an unknown field': usual(made({ url, secret: 'mine' })),
    "another's mailbox": usual(async (stage) => made({ url, mailbox: (await stage.foreign()).address })(stage)),
    'too long an overlap': usual(then('POST', '/ID/rotate', { overlapHours: 73 })),
    'a cursor that is none': usual(then('GET', '/ID/deliveries?cursor=x')),
    'one webhook too many': usual(then('POST', '', { url })),
    'a key without the scope': on({ key: { scopes: ['team'] } }, made({ url })),
    'a key for some domains': on({ key: { domains: ['mayfly.test'] } }, made({ url })),
    'no key': usual(({ call }) => call('POST', hooks, { body: { url } })),
  },
)
