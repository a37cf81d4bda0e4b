// A call of an API as its guide shows it: what is sent, what comes back, and what later calls need of that.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

export type Group =
  | 'service'
  | 'account'
  | 'mailboxes'
  | 'mail'
  | 'attachments'
  | 'archive'
  | 'domains'
  | 'keys'
  | 'webhooks'
  | 'team'
  | 'plans'
  | 'session'
  | 'orders'
  | 'operator'
  | 'tenants'

/** Groups that few readers want: closed until somebody opens them. */
export const folded: ReadonlySet<Group> = new Set(['session', 'orders', 'operator', 'tenants'])

/** `{NAME}` in a path, a query or a body stands for an environment variable of the reader's. */
export type Call = {
  group: Group
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** `header`: the key in `X-API-Key`; `token`: of a mailbox; `session`: a member's cookie, for which the example signs in first; a bearer key where it is not said. */
  credential?: 'header' | 'token' | 'session' | 'none'
  /** The page that a browser would name. */
  origin?: string
  body?: Json
  /** In place of a body: a form. */
  form?: Readonly<Record<string, string>>
  status: number
  /** Whether the answer is bytes and no JSON. */
  isText?: boolean
  /** Whether it goes on and on: the example takes the first event, and ends. */
  isStream?: boolean
  /** What later calls need: the variable, and where in the answer its value stands. */
  keep?: Readonly<Record<string, string>>
  /** What must have happened before: mail to `ADDRESS`, a colleague in the account, an order without a key, and that paid. */
  after?: 'mail' | 'colleague' | 'order' | 'paid'
  /** Calls of the same guide that are made once more before, since what they made is gone. */
  again?: readonly string[]
}

export const signIn = {
  group: 'session',
  method: 'POST',
  path: '/mayfly/v1/session',
  credential: 'none',
  body: { email: '{MAYFLY_EMAIL}', password: '{MAYFLY_PASSWORD}' },
  status: 201,
} as const satisfies Call

export type Calls = Readonly<Record<string, Call>>

/** A part of a text: itself, or the name of a variable. */
export type Piece = { text: string } | { name: string }

/** `known`: values that are put in instead of variables. */
export function piecesOf(text: string, known: Readonly<Record<string, string>>): Piece[] {
  const pieces: Piece[] = []
  const put = (piece: Piece): void => {
    const last = pieces.at(-1)
    if ('text' in piece && last && 'text' in last) last.text += piece.text
    else if (!('text' in piece) || piece.text !== '') pieces.push(piece)
  }
  for (const [at, part] of text.split(/\{([A-Z_]+)\}/).entries()) {
    const value = known[part]
    put(at % 2 === 0 ? { text: part } : value === undefined ? { name: part } : { text: value })
  }
  return pieces
}

/** The same, as it is sent with a cookie: what changes something must name a page of the server's own. */
export const withOrigin = (call: Call, base: string): Call =>
  call.credential === 'session' && call.method !== 'GET' ? { ...call, origin: base } : call

/** The headers that a call is sent with, in their order; a cookie is for each language to add. */
export function headersOf({ credential, origin, body }: Call): [name: string, value: string][] {
  const key: [string, string][] =
    credential === 'none' || credential === 'session'
      ? []
      : credential === 'header'
        ? [['X-API-Key', '{MAYFLY_KEY}']]
        : [['Authorization', credential === 'token' ? 'Bearer {MAILBOX_TOKEN}' : 'Bearer {MAYFLY_KEY}']]
  return [
    ...key,
    ...(origin === undefined ? [] : [['Origin', origin] satisfies [string, string]]),
    ...(body === undefined ? [] : [['Content-Type', 'application/json'] satisfies [string, string]]),
  ]
}

/** The variables of the reader's that a call needs. */
export function variablesOf(call: Call): string[] {
  const before = call.credential === 'session' ? signIn.body : null
  const text = JSON.stringify([before, call.path, call.body ?? null, call.form ?? null, headersOf(call)])
  return [...new Set([...text.matchAll(/\{([A-Z_]+)\}/g)].map(([, name = '']) => name))]
}
