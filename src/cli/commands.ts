// What each command takes; `help` prints it.

/** `value`: what stands for its value; a flag has none. */
export type Option = { says: string; value?: string; needed?: true }

export type Command = {
  says: string
  operand?: string
  needsOperand?: true
  options: Readonly<Record<string, Option>>
  /** Of these options exactly one is needed. */
  exactlyOne?: readonly string[]
  /** Of these options at least one is needed. */
  atLeastOne?: readonly string[]
}

/** Options of many commands, which `help` explains once. Every command takes `config`, so that a wrapper can always give it. */
export const shared = {
  config: { value: 'FILE', says: 'the config; else $MAYFLY_CONFIG, else ./mayfly.toml, else defaults' },
  data: { value: 'DIR', says: 'where the database is kept' },
  json: { says: 'print JSON' },
} as const satisfies Record<string, Option>

const { config } = shared
const email = { value: 'E', says: 'the e-mail address of one of its members, or its id', needed: true } as const
const passwordStdin = { says: 'read the password, one line, from standard input' }

const keyFields = {
  name: { value: 'N', says: 'what people call it' },
  expires: { value: 'ISO', says: 'when it ends, such as 2027-01-31 or 2027-01-31T12:00Z, or never' },
  origins: { value: 'a,b', says: 'pages that may use it: example.com, *.example.com, host:port; "" for any' },
  dialects: { value: 'a,b', says: 'the APIs that it is for; "" for all' },
  scopes: { value: 'a,b', says: 'what it may be used for: mailboxes, domains, webhooks, team, keys; or all' },
  domains: { value: 'a,b', says: 'domains of the mailboxes that it may touch; "" for all' },
}

export const commands = {
  serve: {
    says: 'run the server (what `mayfly` alone does)',
    options: {
      config,
      data: shared.data,
      http: { value: 'ADDR:PORT', says: 'where HTTP listens; port 0 takes a free one' },
      smtp: { value: 'ADDR:PORT', says: 'where SMTP listens; port 0 takes a free one' },
    },
  },
  init: { says: 'write a commented config, to mayfly.toml or FILE', operand: 'FILE', options: { config } },
  check: { says: 'say everything that is wrong with a config', options: { config } },
  'account create': {
    says: 'make an account and its owner',
    options: {
      email: { value: 'E', says: 'the e-mail address of its owner', needed: true },
      plan: { value: 'P', says: 'its plan; else unlimited' },
      'password-stdin': passwordStdin,
      admin: { says: 'its owner runs this server too' },
      ...shared,
    },
  },
  'account list': { says: 'list accounts', options: shared },
  'account set': {
    says: 'put an account on another plan',
    options: { email, plan: { value: 'P', says: 'the plan', needed: true }, ...shared },
  },
  'account password': {
    says: "set a member's password, or print a link that sets it",
    options: {
      email: { value: 'E', says: 'whose', needed: true },
      'password-stdin': passwordStdin,
      link: { says: 'print a link, good for a day and once' },
      ...shared,
    },
    exactlyOne: ['password-stdin', 'link'],
  },
  'account invite': {
    says: 'print a link by which somebody makes an account',
    options: {
      plan: { value: 'P', says: "the account's plan; else server.default_plan" },
      email: { value: 'E', says: 'only for this e-mail address' },
      ...shared,
    },
  },
  'account suspend': {
    says: 'refuse its keys, its members and its mail until it is resumed',
    options: { email, ...shared },
  },
  'account resume': { says: 'end that', options: { email, ...shared } },
  'account delete': { says: 'end an account and all that is its own, for good', options: { email, ...shared } },
  'key create': {
    says: 'make a key, and print it, this once',
    options: {
      account: {
        value: 'E',
        says: 'the e-mail address of the member whom it is for, or the id of an account',
        needed: true,
      },
      prefix: { value: 'P', says: 'what it begins with; else mayfly_' },
      ...keyFields,
      ...shared,
    },
  },
  'key list': {
    says: 'list keys',
    options: { account: { value: 'E', says: 'only of the account of this member, or of this id' }, ...shared },
  },
  'key set': {
    says: 'change what is given of a key',
    operand: 'ID',
    needsOperand: true,
    options: { ...keyFields, ...shared },
    atLeastOne: Object.keys(keyFields),
  },
  'key rotate': {
    says: 'give a key a new secret, and print it, this once',
    operand: 'ID',
    needsOperand: true,
    options: { overlap: { value: 'HOURS', says: 'how long the old one is good too, 0 to 72; else 0' }, ...shared },
  },
  'key revoke': { says: 'end a key, for good', operand: 'ID', needsOperand: true, options: shared },
  'domain add': {
    says: 'note a domain for an account, and print the records that it is to set',
    operand: 'NAME',
    needsOperand: true,
    options: {
      account: { value: 'E', says: 'the account of this member; else the only one' },
      access: { value: 'A', says: 'private (the usual one): every address takes mail; claimed: only opened mailboxes' },
      ...shared,
    },
  },
  'domain list': {
    says: "list accounts' domains",
    options: { account: { value: 'E', says: 'only of the account of this member' }, ...shared },
  },
  'domain verify': {
    says: 'look at the records of a domain (its name or id) now',
    operand: 'NAME',
    needsOperand: true,
    options: { 'by-hand': { says: 'do not look: your word stands for its records' }, ...shared },
  },
  'domain doctor': {
    says: 'say what the mail of a domain (its name or id) lacks on its way here, and how to mend it',
    operand: 'NAME',
    needsOperand: true,
    options: shared,
  },
  'domain remove': {
    says: 'remove a domain of an account (its name or id)',
    operand: 'NAME',
    needsOperand: true,
    options: { yes: { says: 'also where mailboxes end with it' }, ...shared },
  },
  'token-secret rotate': {
    says: 'sign the tokens of mailboxes with a new secret; those that are out stay good until they run out',
    options: shared,
  },
  'invoice list': { says: 'list the invoices of plans that were ordered', options: shared },
  'invoice pay': {
    says: 'mark an invoice paid: its account has the plan from then on',
    operand: 'ID',
    needsOperand: true,
    options: shared,
  },
  backup: {
    says: 'write a copy of everything to FILE, also while the server runs',
    operand: 'FILE',
    needsOperand: true,
    options: shared,
  },
  restore: {
    says: 'put a backup in the place of the database, and keep that aside',
    operand: 'FILE',
    needsOperand: true,
    options: shared,
  },
  doctor: {
    says: 'say what is wrong with this server and its surroundings, and how to mend it',
    options: shared,
  },
  openapi: {
    says: 'print the OpenAPI document of an API',
    options: { config, dialect: { value: 'NAME', says: 'of a dialect; else the native API' } },
  },
  version: { says: 'print the version', options: { config } },
  help: { says: 'print this, or what there is to say of a COMMAND', operand: 'COMMAND', options: { config } },
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof commands
/** The first words of those that have two. */
export type Group = CommandName extends infer Name ? (Name extends `${infer First} ${string}` ? First : never) : never

export const isCommand = (text: string): text is CommandName => Object.hasOwn(commands, text)
export const commandNames = Object.keys(commands).filter(isCommand)
export const commandOf = (name: CommandName): Command => commands[name]
