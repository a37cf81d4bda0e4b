// What Run2Mail and DustMail answer, word for word: when there is nothing, when there is something, and for every refusal.
// The clock stands at the first minute of 2026.
import { schemas as dustmail } from '../../src/dialects/dustmail/wire.ts'
import { schemas as run2mail } from '../../src/dialects/run2mail/wire.ts'
import { keepsItsAnswers } from './golden.ts'
import { fill, on, refusals, usual, type Verb } from './stage.ts'

const emails = '/api/v1/emails'
const custom =
  (body: object): Verb =>
  ({ ask }) =>
    ask('POST', `${emails}/create`, { body: { type: 'custom', ...body } })

keepsItsAnswers('run2mail', run2mail, {
  'my account': usual(({ ask }) => ask('GET', '/api/v1/me')),
  'my account on a free plan': on({ plan: 'free' }, ({ ask }) => ask('GET', '/api/v1/me')),
  'my account without limits': on({ plan: 'unlimited' }, ({ ask }) => ask('GET', '/api/v1/me')),
  'a random address': usual(({ ask }) => ask('POST', `${emails}/create`, { body: { type: 'random' } })),
  'a custom address': usual(custom({ username: 'Swift.Fox', domain: 'second.test' })),
  'an address without mail': usual(async ({ ask, box }) => {
    const { address } = await box('empty')
    return ask('GET', `${emails}/${address}/messages`)
  }),
  'an address with mail': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${emails}/${box.address}/messages`)
  }),
  'the mail to a tag': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${emails}/FULL+Shop%40mayfly.test/messages`)
  }),
  "another's address": usual(async ({ ask, foreign }) => {
    const { address } = await foreign()
    return ask('GET', `${emails}/${address}/messages`)
  }),
  "nobody's address": usual(({ ask }) => ask('GET', `${emails}/nobody@mayfly.test/messages`)),
  'no address': usual(({ ask }) => ask('GET', `${emails}/nothing/messages`)),
  'an unknown endpoint': usual(({ ask }) => ask('GET', '/api/v1/nothing')),
  'an unknown type': usual(({ ask }) => ask('POST', `${emails}/create`, { body: { type: 'other' } })),
  'a custom address without a username': usual(custom({})),
  'a username of a wrong type': usual(custom({ username: 5 })),
  'a username that is none': usual(custom({ username: 'a b' })),
  'a reserved username': usual(custom({ username: 'admin' })),
  'a taken username': usual(async (stage) => {
    await stage.box('taken')
    return custom({ username: 'taken' })(stage)
  }),
  'a domain that is none': usual(custom({ username: 'x', domain: 'a..b' })),
  'a domain that is not served': usual(custom({ username: 'x', domain: 'elsewhere.test' })),
  'a custom address on a free plan': on({ plan: 'free' }, custom({ username: 'x' })),
  ...refusals(`${emails}/create`),
})

const inbox = '/api/v1/inbox'
const wished =
  (body: object): Verb =>
  ({ ask }) =>
    ask('POST', inbox, { body })

keepsItsAnswers('dustmail', dustmail, {
  'an inbox': usual(({ ask }) => ask('POST', inbox)),
  'an inbox for a free key': on({ plan: 'free' }, ({ ask }) => ask('POST', inbox)),
  'an inbox as it was wished for': on(
    { plan: 'premium' },
    wished({ username: 'Swift.Fox', domain: 'second.test', duration: 10 }),
  ),
  'no inboxes': usual(({ ask }) => ask('GET', inbox)),
  'some inboxes': usual(async (stage) => {
    await stage.box('first')
    await fill(stage, await stage.box('second'))
    return stage.ask('GET', inbox)
  }),
  'an inbox without an end': on({ plan: 'unlimited' }, async ({ ask, core, caller }) => {
    await core.mailboxes.open(caller, { localPart: 'kept', ttlMinutes: null }, '192.0.2.1')
    return ask('GET', inbox)
  }),
  'an inbox without mail': usual(async ({ ask, box }) => ask('GET', `${inbox}/${(await box('empty')).id}`)),
  'an inbox with mail': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${inbox}/${box.id}`)
  }),
  'a deleted inbox': usual(async ({ ask, box }) => ask('DELETE', `${inbox}/${(await box('gone')).id}`)),
  "another's inbox": usual(async ({ ask, foreign }) => ask('GET', `${inbox}/${(await foreign()).id}`)),
  "another's inbox to delete": usual(async ({ ask, foreign }) => ask('DELETE', `${inbox}/${(await foreign()).id}`)),
  'what is no id': usual(({ ask }) => ask('GET', `${inbox}/nothing`)),
  'an unknown endpoint': usual(({ ask }) => ask('GET', `${inbox}/no/thing`)),
  'a username of a wrong type': usual(wished({ username: 5 })),
  'a username that is none': usual(wished({ username: 'a b' })),
  'a reserved username': usual(wished({ username: 'admin' })),
  'a taken username': usual(async (stage) => {
    await stage.box('taken')
    return wished({ username: 'taken' })(stage)
  }),
  'a domain that is none': usual(wished({ domain: 'a..b' })),
  'a domain that is not served': usual(wished({ domain: 'elsewhere.test' })),
  'a duration of a wrong type': usual(wished({ duration: '30' })),
  'a duration beyond the plan': on({ plan: 'free' }, wished({ duration: 1441 })),
  'a username for a free key': on({ plan: 'free' }, wished({ username: 'x' })),
  'another domain for a free key': on({ plan: 'free' }, wished({ domain: 'second.test' })),
  ...refusals(inbox),
})
