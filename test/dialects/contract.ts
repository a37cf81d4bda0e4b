// What holds in every API, whatever its words: one suite for all of them. An API is one entry (apis.ts).
import { describe, expect, spyOn, test } from 'bun:test'
import fc from 'fast-check'
import { operator } from '../../src/accounts/caller.ts'
import { digestJobs } from '../../src/messages/jobs.ts'
import { JobFailed } from '../../src/storage/job.ts'
import { tenant } from '../accounts/tenant.ts'
import { isSigned, onLoopback, receiver } from '../webhooks/receiver.ts'
import { type Called, callsOf, has, Lacking, type Seen, type Speaking, visited } from './speaking.ts'

type Here = { api: Speaking; all: readonly Speaking[] }
export type Sentence = keyof typeof sentences

/** Tests that each keeps every sentence, but for those that it says to lack; and that it does lack those. */
export function keepsTheContract(all: readonly Speaking[]): void {
  for (const api of all) {
    describe(api.name, () => {
      for (const sentence of sentencesThere()) {
        const reason = api.lacks[sentence]
        if (reason === undefined) test(sentence, () => sentences[sentence]({ api, all }))
        else test(`lacks "${sentence}": ${reason}`, async () => expect(await isLacking(api, all, sentence)).toBe(true))
      }
    })
  }
}

/** Whether the API has no verb for it; a sentence that fails otherwise fails here too. */
export async function isLacking(api: Speaking, all: readonly Speaking[], sentence: Sentence): Promise<boolean> {
  try {
    await sentences[sentence]({ api, all })
    return false
  } catch (error) {
    if (error instanceof Lacking) return true
    throw error
  }
}

const sentencesThere = (): Sentence[] => Object.keys(sentences).filter(isSentence)
const isSentence = (name: string): name is Sentence => Object.hasOwn(sentences, name)

const sentences = {
  'an opened mailbox gets mail': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    expect(box.address).toMatch(/^[^@]+@mayfly\.test$/)
    const id = await here.mail(box.address, { Subject: 'Hello' })
    expect(await here.ask(api.list, box)).toMatchObject([{ id, subject: 'Hello', sender: 'ann@sender.test' }])
  },
  'an address can be chosen, once': async ({ api, all }: Here) => {
    await using here = await visited()
    const verb = has(api, api.openAt, 'open a mailbox at an address of choice')
    expect((await here.ask(verb, 'Swift.Fox')).address).toBe('swift.fox@mayfly.test')
    for (const one of all) {
      if (one.openAt)
        expect([one.name, await here.said(one, one.openAt, 'swift.FOX')]).toEqual([
          one.name,
          one.refusals['a taken address'],
        ])
    }
  },
  'an empty mailbox lists nothing': async ({ api }: Here) => {
    await using here = await visited()
    expect(await here.ask(api.list, await here.open(api))).toEqual([])
  },
  'the newest mail comes first, and none is said to be older or newer than it is': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const began = here.core.clock.now
    for (let n = 0; n < 3; n++) {
      here.core.clock.now = began + n * 1000
      await here.mail(box.address, { Subject: `${n}` })
    }
    const listed = await here.ask(api.list, box)
    expect(listed.map(({ subject, receivedAt }) => [subject, receivedAt])).toEqual([
      ['2', began + 2000],
      ['1', began + 1000],
      ['0', began],
    ])
  },
  "a subject is decoded, and a sender is the bare address with its domain's case folded": async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const subject = '=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?8J+YgA==?='
    await here.mail(box.address, { Subject: subject, From: '"Ann, of X" <Ann@SENDER.Test>' })
    await here.mail(box.address, { From: '' })
    const [bare, named] = await here.ask(api.list, box)
    expect(named).toMatchObject({ subject: 'Grüße😀', sender: 'Ann@sender.test' })
    expect(bare).toMatchObject({ subject: '', sender: 'sender@example.test' })
  },
  'a mail with html alone has a text': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.mail(box.address, { 'Content-Type': 'text/html' }, '<p>Click <b>here</b></p>\r\n')
    expect((await here.whole(api, box)).map(({ text }) => text?.trim())).toEqual(['Click here'])
  },
  'a mail that could not be digested is listed and can be read': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    using _ = spyOn(digestJobs, 'messages.digest').mockImplementation(() => {
      throw new JobFailed('the thread died')
    })
    await here.mail(box.address, { Subject: 'odd' })
    await here.core.messages.digestAll((await here.core.mailboxes.see(here.caller, box.address)).mailbox?.key ?? 0)
    const { items } = await here.core.messages.list(here.caller, box.address, { limit: 1 })
    expect(items).toMatchObject([{ digest: 'failed' }])
    expect(await here.whole(api, box)).toMatchObject([{ subject: 'odd', sender: 'ann@sender.test', text: '' }])
  },
  'mail to a tagged address is in its mailbox': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.mail(box.address.replace('@', '+shop@'), { Subject: 'tagged' })
    expect(subjects(await here.ask(api.list, box))).toEqual(['tagged'])
  },
  'by a tagged address only its own mail is listed': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const tagged = box.address.replace('@', '+shop@')
    await here.mail(tagged, { Subject: 'tagged' })
    await here.mail(box.address, { Subject: 'bare' })
    const verb = has(api, api.listTagged, 'list by a tagged address')
    expect(subjects(await here.ask(verb, tagged))).toEqual(['tagged'])
    expect(subjects(await here.ask(verb, tagged.toUpperCase().replace('@', '%40')))).toEqual(['tagged'])
  },
  'a mail can be read by itself': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.mail(box.address, { Subject: 'one' }, 'Hi.\r\n')
    const [listed] = await here.ask(api.list, box)
    if (!listed) throw new Error('nothing is listed')
    const read = await here.ask(has(api, api.read, 'read one mail'), { box, mail: listed })
    expect(read).toEqual({ ...listed, text: expect.stringMatching(/^Hi\.\s*$/) })
  },
  'a mail that is deleted here is gone everywhere': async ({ api, all }: Here) => {
    await using here = await visited()
    const verb = has(api, api.delete, 'delete a mail')
    const box = await here.open(api)
    await here.mail(box.address, { Subject: 'kept' })
    await here.mail(box.address, { Subject: 'gone' })
    const [mail] = await here.ask(api.list, box)
    if (!mail) throw new Error('nothing is listed')
    await here.ask(verb, { box, mail })
    for (const one of all) expect([one.name, ...subjects(await here.ask(one.list, box))]).toEqual([one.name, 'kept'])
    expect(await here.said(api, verb, { box, mail })).toBe(api.refusals['no such mail'])
  },
  'a mailbox that is ended here is gone everywhere': async ({ api, all }: Here) => {
    await using here = await visited()
    const verb = has(api, api.end, 'end a mailbox')
    const box = await here.open(api)
    await here.mail(box.address)
    await here.ask(verb, box)
    for (const one of all)
      expect([one.name, await here.said(one, one.list, box)]).toEqual([one.name, one.refusals['no such mailbox']])
  },
  'a mailbox whose time is over is gone': async ({ api }: Here) => {
    await using here = await visited()
    if (api.isEndless) throw new Lacking(`mailboxes of ${api.name} have no end`)
    const box = await here.open(api)
    here.core.clock.now += 366 * 86_400_000
    expect(await here.said(api, api.list, box)).toBe(api.refusals['no such mailbox'])
  },
  'a mailbox and its mail are the same in all APIs': async ({ api, all }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    here.core.clock.now += 3210
    await here.mail(box.address, { Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=' })
    await here.mail(box.address.replace('@', '+tag@'), { Subject: 'tagged' })
    const shown = async (one: Speaking) =>
      (await here.ask(one.list, box)).map(({ id, subject, sender, receivedAt }) => ({
        ...{ id, subject, sender },
        second: Math.floor(receivedAt / 1000),
      }))
    const own = await shown(api)
    expect(own).toHaveLength(2)
    for (const one of all) expect([one.name, await shown(one)]).toEqual([one.name, own])
  },
  'a webhook is told of each mail, signed with the secret that was shown': async ({ api }: Here) => {
    const verb = has(api, api.hook, 'make a webhook')
    const toldOf = has(api, api.toldOf, 'tell of a mail')
    await using there = receiver()
    await using here = await visited(onLoopback)
    const secret = await here.ask(verb, there.url)
    const { address } = await here.open(api)
    await here.core.delivering.start()
    try {
      const mails = [await here.mail(address), await here.mail(address)]
      await there.until(2)
      expect(there.got.map(({ json }) => toldOf(json)).toSorted()).toEqual(mails.toSorted())
      expect(there.got.map((got) => isSigned(got, secret))).toEqual([true, true])
      expect(there.got.map((got) => isSigned(got, `${secret}x`))).toEqual([false, false])
    } finally {
      await here.core.delivering.stop()
    }
  },
  "an account's mailboxes count together, wherever they were opened": async ({ api, all }: Here) => {
    const others = all.filter((one) => one !== api)
    await using here = await visited({ MAYFLY_PLANS_UNLIMITED_ACTIVE_MAILBOXES: String(others.length + 1) })
    for (const one of others) await here.open(one)
    const last = await here.open(api)
    expect(await here.said(api, has(api, api.open, 'open a mailbox'), null)).toBe(api.refusals['too many mailboxes'])
    await here.core.mailboxes.end(here.caller, last.address, { permanent: true })
    await here.open(api)
  },
  'calls count together, wherever they were made': async ({ api, all }: Here) => {
    await using here = await visited({ MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_DAY: String(all.length * 2) })
    const box = await here.open(api)
    const calls = all.flatMap((one) => [one, one]).slice(api.open ? 1 : 0)
    for (const one of calls) await here.ask(one.list, box)
    for (const one of all) expect(await here.said(one, one.list, box)).toStartWith('429 ')
  },
  'without a key nothing is answered': async ({ api }: Here) => {
    await using here = await visited()
    const refusal = has(api, api.keyless, 'do without keyless callers')
    const box = await here.open(api)
    for (const [name, call] of callsOf(api, box))
      expect([name, await here.answered(api, call, '')]).toEqual([name, refusal])
  },
  'a wrong key, and one that was revoked, are refused': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const revoked = await tenant(here.core)
    await here.core.keys.revoke(revoked.caller, revoked.caller.key?.id ?? '')
    for (const [secret, refused] of [
      ['wrong', 'a wrong key'],
      [`${here.secret}x`, 'a wrong key'],
      [revoked.secret, 'a revoked key'],
    ] as const) {
      for (const [name, call] of callsOf(api, box))
        expect([refused, name, await here.answered(api, call, secret)]).toEqual([refused, name, api.refusals[refused]])
    }
  },
  'a suspended account is refused': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.core.accounts.setSuspended(operator, here.account.id, true)
    for (const [name, call] of callsOf(api, box))
      expect([name, await here.answered(api, call)]).toEqual([name, api.refusals['a suspended account']])
    await here.core.accounts.setSuspended(operator, here.account.id, false)
    expect(await here.ask(api.list, box)).toEqual([])
  },
  "another account's mailbox and mail are refused": async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.mail(box.address)
    const [mail] = await here.ask(api.list, box)
    if (!mail) throw new Error('nothing is listed')
    const stranger = (await tenant(here.core)).secret
    for (const [name, call] of callsOf(api, box, mail)) {
      if (name === 'open') continue
      const refused = name === 'read' || name === 'delete' ? "another's mail" : "another's mailbox"
      expect([name, await here.answered(api, call, stranger)]).toEqual([name, api.refusals[refused]])
    }
    expect(await here.ask(api.list, box)).toHaveLength(1)
  },
  'what nobody has is refused': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const nowhere = { id: '01900000-0000-7000-8000-000000000000', address: 'nowhere@mayfly.test' }
    for (const [name, call] of callsOf(api, nowhere)) {
      // A free address reads as an empty mailbox, where mailboxes are asked for by address without a key.
      if (name === 'open' || (!api.keyless && call.path.includes('@'))) continue
      const refused = name === 'read' || name === 'delete' ? 'no such mail' : 'no such mailbox'
      expect([name, await here.answered(api, call)]).toEqual([name, api.refusals[refused]])
    }
    for (const [name, call] of callsOf(api, box)) {
      if (name !== 'read' && name !== 'delete') continue
      expect([name, await here.answered(api, call)]).toEqual([name, api.refusals['no such mail']])
    }
  },
  "what is another account's looks as if it were not there": async ({ api }: Here) => {
    await using here = await visited()
    has(api, api.hidesOthers, "hide what is another's")
    const box = await here.open(api)
    const stranger = (await tenant(here.core)).secret
    const nowhere = { id: '01900000-0000-7000-8000-000000000000', address: 'nowhere@mayfly.test' }
    const foreign = callsOf(api, box)
    for (const [at, [name, missing]] of callsOf(api, nowhere).entries()) {
      const there = foreign[at]
      if (!there || name === 'open') continue
      const answers = [await here.answer(there[1], stranger), await here.answer(missing, stranger)]
      const [one, other] = answers.map(here.bare)
      expect([name, one]).toEqual([name, other])
    }
  },
  'what cannot be understood is refused in its own words': async ({ api }: Here) => {
    await using here = await visited()
    const { method, path } = has(api, api.open, 'open a mailbox').call(null)
    const said = (body: unknown, headers: Record<string, string> = {}) =>
      here.answered(api, { method, path, body, headers })
    for (const body of ['{', '{"a":1,}', 'null', '[]', '"x"', '\u0000'])
      expect([body, await said(body)]).toEqual([body, api.refusals['malformed JSON']])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/html; charset=utf-8', 'x'])
      expect([type, await said('{}', { 'content-type': type })]).toEqual([type, api.refusals['a wrong content type']])
    expect(await said(JSON.stringify({ x: 'x'.repeat(1_200_000) }))).toBe(api.refusals['too large a body'])
  },
  'an unknown path and an unknown method are refused in its own words': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    for (const method of ['GET', 'POST', 'DELETE'])
      expect(await here.answered(api, { method, path: api.nowhere })).toBe(api.refusals['an unknown path'])
    for (const { path } of [api.open?.call(null), api.list.call(box)].filter((one) => one !== undefined))
      for (const method of ['PUT', 'PATCH', 'PROPFIND'])
        expect(await here.answered(api, { method, path })).toBe(api.refusals['an unknown method'])
  },
  'whatever is sent, the answer is in its own words': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    const isAnswered = async (call: Called): Promise<boolean> => {
      const { status, json } = await here.answer(call)
      return status < 400 ? true : status < 500 && api.codeIn(json) !== null
    }
    const types = fc.constantFrom('application/json', 'application/json; charset=x', 'text/plain', '*/*')
    const opening = api.open?.call(null)
    if (opening) {
      const { method, path, body: usual } = opening
      await fc.assert(
        fc.asyncProperty(bodies(usual), types, (body, type) =>
          isAnswered({ method, path, body, headers: { 'content-type': type } }),
        ),
        { numRuns: 200 },
      )
    }
    // A client would take `..` for the way to another API.
    const names = fc
      .oneof(fc.string({ unit: 'binary', minLength: 1 }).map(encodeURIComponent), fc.webPath(), fc.webUrl())
      .filter((name) => !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(name))
    await fc.assert(
      fc.asyncProperty(names, fc.webQueryParameters(), (name, query) => {
        const asked = api.list.call({ id: name, address: name }).path
        return isAnswered({ method: 'GET', path: query === '' ? asked : `${asked}?${query}` })
      }),
      { numRuns: 200 },
    )
    expect(await here.ask(api.list, box)).toEqual([])
  },
  "a defect's words never reach a client": async ({ api }: Here) => {
    await using here = await visited()
    const { mailboxes, messages } = here.core
    const box = await here.open(api)
    await here.mail(box.address)
    const [mail] = await here.ask(api.list, box)
    if (!mail) throw new Error('nothing is listed')
    const secret = 'SELECT hunter2 FROM /etc/secret'
    const defects = [
      new Error(secret),
      new TypeError(secret, { cause: secret }),
      Object.assign(new Error(secret), { status: 418, code: secret }),
    ]
    for (const defect of defects) {
      using _open = spyOn(mailboxes, 'open').mockRejectedValue(defect)
      using _end = spyOn(mailboxes, 'end').mockRejectedValue(defect)
      using _list = spyOn(messages, 'list').mockRejectedValue(defect)
      using _newest = spyOn(messages, 'newest').mockRejectedValue(defect)
      using _inMailbox = spyOn(messages, 'inMailbox').mockRejectedValue(defect)
      using _deleteAll = spyOn(messages, 'deleteAll').mockRejectedValue(defect)
      using _atPlace = spyOn(messages, 'at').mockRejectedValue(defect)
      using _look = spyOn(messages, 'look').mockRejectedValue(defect)
      using _endAll = spyOn(mailboxes, 'endAll').mockRejectedValue(defect)
      using _get = spyOn(messages, 'get').mockRejectedValue(defect)
      using _delete = spyOn(messages, 'delete').mockRejectedValue(defect)
      for (const [name, call] of callsOf(api, box, mail)) {
        const { body, headers } = await here.answer(call)
        expect([name, await here.answered(api, call)]).toEqual([name, api.refusals['a defect']])
        expect(body + JSON.stringify([...headers])).not.toContain('hunter2')
      }
    }
    expect(here.logged.filter((line) => line.includes('hunter2')).length).toBeGreaterThan(0)
  },
  'switched off by the operator it says so': async ({ api }: Here) => {
    await using here = await visited()
    const box = await here.open(api)
    await here.core.switches.set(operator, { developerApi: false })
    for (const [name, call] of callsOf(api, box))
      expect([name, await here.answered(api, call)]).toEqual([name, api.refusals['the API switched off']])
    await here.core.switches.set(operator, { developerApi: null })
    expect(await here.ask(api.list, box)).toEqual([])
  },
  'without it in the config its paths are not there, and the others are': async ({ api, all }: Here) => {
    const setting = has(api, api.setting, 'be left out')
    await using here = await visited({ [setting]: 'false' })
    for (const [name, call] of callsOf(api, { id: '01900000-0000-7000-8000-000000000000', address: 'x@mayfly.test' }))
      expect([name, (await here.answer(call)).status]).toEqual([name, 404])
    for (const one of all) if (one !== api) await here.open(one)
  },
} satisfies Record<string, (here: Here) => Promise<void>>

/** Anything, and what looks like a body of this call's. */
function bodies(usual: unknown): fc.Arbitrary<string> {
  const names = fc.constantFrom(
    'type',
    'username',
    'domain',
    'duration',
    'localPart',
    'ttlMinutes',
    'expiresIn',
    'tag',
    'x',
    '__proto__',
  )
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom('custom', 'mayfly.test', 30, -1, 1e300, null), fc.string())
  const wishes = fc.dictionary(names, values).map((wish) => JSON.stringify({ ...Object(usual), ...wish }))
  return fc.oneof(fc.string(), fc.json(), wishes)
}

const subjects = (mails: readonly Seen[]): string[] => mails.map(({ subject }) => subject)
