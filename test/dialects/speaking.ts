// An API as the contract suite speaks to it: its verbs, its words for no, and a server to say them to.
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { type Answer, type Serving, serve } from '../http/serve.ts'
import type { Sentence } from './contract.ts'

export type Box = { id: string; address: string }

/** A mail as an API shows it. `receivedAt`: epoch milliseconds; `text`: null where the list has none. */
export type Seen = { id: string; subject: string; sender: string; receivedAt: number; text: string | null }

/** One call, and what its answer says. */
export type Verb<What, Got> = {
  call: (what: What) => { method: string; path: string; body?: unknown }
  got: (json: unknown) => Got
}

/** What a client may be refused for; each has a status and a code in every API. */
export type Refused =
  | 'a wrong key'
  | 'a revoked key'
  | 'a suspended account'
  | 'a taken address'
  | 'no such mailbox'
  | 'no such mail'
  | "another's mailbox"
  | "another's mail"
  | 'malformed JSON'
  | 'a wrong content type'
  | 'an unknown path'
  | 'an unknown method'
  | 'too large a body'
  | 'too many mailboxes'
  | 'a defect'
  | 'the API switched off'

export type Speaking = {
  name: string
  /** A mailbox of the caller's account at an address of the server's choice; one that has no call for it reads those of others. */
  open?: Verb<null, Box>
  /** One at the address that is wished for. */
  openAt?: Verb<string, Box>
  list: Verb<Box, Seen[]>
  /** The mail to one tagged address. */
  listTagged?: Verb<string, Seen[]>
  /** One mail, with its text. */
  read?: Verb<{ box: Box; mail: Seen }, Seen>
  delete?: Verb<{ box: Box; mail: Seen }, void>
  end?: Verb<Box, void>
  /** Has a URL told of the account's mail; answers the secret that signs. */
  hook?: Verb<string, string>
  /** The message's id in what is told. */
  toldOf?: (json: unknown) => string
  /** What it says to whoever has no key, if it does nothing without one. */
  keyless?: string
  /** What it says to whoever has no key where one is needed, if that is not everywhere. */
  needsKey?: string
  /** Whether a parameter that it cannot read is as if it were not sent. */
  takesAnyQuery?: true
  /** Whether what is another's looks as if it were not there. */
  hidesOthers?: true
  /** Whether the mailboxes that it opens have no end of their own. */
  isEndless?: true
  /** What a call by who signed in to a mailbox, of which a key knows nothing, is called by in its document. */
  byMailbox?: string
  /** The setting that takes it away, as an environment variable. */
  setting?: string
  /** A path of its own at which nothing is. */
  nowhere: string
  /** The code in a refusal; null for what has not its shape. */
  codeIn: (json: unknown) => string | null
  /** `404 not_found` */
  refusals: Record<Refused, string>
  /** What it cannot keep, and why. */
  lacks: Partial<Record<Sentence, string>>
}

/** An API has no verb for what a sentence needs. */
export class Lacking extends Error {}

/** The verb, or the failure that only a stated reason excuses. */
export function has<Thing>({ name }: Speaking, thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Lacking(`${name} cannot ${what}, and does not say why`)
  return thing
}

export type Called = { method: string; path: string; body?: unknown; headers?: Record<string, string> }

/** A call of every verb that it has. */
export function callsOf(api: Speaking, box: Box, mail: Seen | null = null): [string, Called][] {
  const one = { box, mail: mail ?? { id: box.id, subject: '', sender: '', receivedAt: 0, text: null } }
  const calls: [string, Called | undefined][] = [
    ['open', api.open?.call(null)],
    ['list', api.list.call(box)],
    ['listTagged', api.listTagged?.call(box.address.replace('@', '+x@'))],
    ['read', api.read?.call(one)],
    ['delete', api.delete?.call(one)],
    ['end', api.end?.call(box)],
  ]
  return calls.flatMap(([name, call]) => (call ? [[name, call] as const] : [])).map(([name, call]) => [name, call])
}

type Visited = Omit<Serving, 'open'> &
  Tenant & {
    answer: (call: Called, secret?: string) => Promise<Answer>
    /** Status and code of a refusal, which is held against what all refusals must be. */
    answered: (api: Speaking, call: Called, secret?: string) => Promise<string>
    /** What must be answered. */
    ask: <What, Got>(verb: Verb<What, Got>, what: What) => Promise<Got>
    /** Opens a mailbox, where the API cannot by the service. */
    open: (api: Speaking) => Promise<Box>
    /** What must be refused. */
    said: <What, Got>(api: Speaking, verb: Verb<What, Got>, what: What) => Promise<string>
    /** The mails of a mailbox with their texts. */
    whole: (api: Speaking, box: Box) => Promise<Seen[]>
    /** An answer without what differs from call to call. */
    bare: (answer: Answer) => unknown
  }

/** A server with an account without limits, and ways to call with its key. */
export async function visited(env: Record<string, string> = {}): Promise<Visited> {
  const server = await serve(env)
  const account = await tenant(server.core)
  const answer = ({ method, path, ...wish }: Called, secret = account.secret): Promise<Answer> =>
    server.call(method, path, { ...wish, ...(secret === '' ? {} : { token: secret }) })
  const answered = async (api: Speaking, call: Called, secret?: string): Promise<string> => {
    const refusal = await answer(call, secret)
    const { status, json, body, headers } = refusal
    const where = `${call.method} ${call.path}: ${status} ${body.slice(0, 200)}`
    if (status < 400) throw new Error(`not refused: ${where}`)
    if (!headers.get('content-type')?.startsWith('application/json')) throw new Error(`no JSON: ${where}`)
    if (/<|[Ee]lysia|\bbun\b|sqlite|drizzle|typebox|node_modules|\.ts\b|\bat \w+ \(|[a-z]Error\b|SQL/.test(body)) {
      throw new Error(`not for clients: ${where}`)
    }
    return `${status} ${api.codeIn(json)}`
  }
  const ask = async <What, Got>(verb: Verb<What, Got>, what: What): Promise<Got> => {
    const call = verb.call(what)
    const { status, json, body } = await answer(call)
    if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${body.slice(0, 200)}`)
    return verb.got(json)
  }
  return {
    ...server,
    ...account,
    answer,
    answered,
    ask,
    open: async (api) => {
      if (api.open) return ask(api.open, null)
      const { mailbox } = await server.core.mailboxes.open(account.caller, {}, '192.0.2.1')
      return { id: mailbox.id, address: mailbox.address }
    },
    said: (api, verb, what) => answered(api, verb.call(what)),
    whole: async (api, box) => {
      const listed = await ask(api.list, box)
      const { read } = api
      return read ? Promise.all(listed.map((mail) => ask(read, { box, mail }))) : listed
    },
    bare: ({ status, body, headers }) => ({
      status,
      body: body.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'),
      headers: [...headers.keys()].sort(),
    }),
  }
}
