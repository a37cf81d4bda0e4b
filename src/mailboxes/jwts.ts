// Mailbox JWTs: what a client shows after it has signed in to a mailbox by its password (RFC 7519, HS256).
import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { byOf, type Caller, mustBeAdmin } from '../accounts/caller.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import type { Settings } from '../storage/settings.ts'
import type { Mailbox } from './mailbox.ts'

/** What a good JWT says. `password`: a mark of the password that it was given for; `goodUntil`: epoch milliseconds. */
export type JwtSays = { mailboxId: string; password: string; goodUntil: number }

const day = 86_400_000
const lifeMs = 7 * day
const name = 'jwt secrets'
const longest = 4096

/** The present one first. `retiredAt`: when another took its place; what it signed runs out a JWT's life later. */
const Kept = Type.Array(
  Type.Object({
    id: Type.String(),
    secret: Type.String(),
    retiredAt: Type.Union([Type.Integer(), Type.Null()]),
  }),
  { minItems: 1 },
)
type Secret = (typeof Kept)['static'][number]

export class Jwts {
  private kept: Promise<Secret[]> | null = null

  constructor(
    private readonly settings: Settings,
    private readonly outside: Outside,
  ) {}

  /** Makes the secret at the first start; reads it at all others. */
  async load(): Promise<void> {
    await this.secrets()
  }

  /** For one who has shown the mailbox's password. */
  async issue(mailbox: Mailbox): Promise<string> {
    const [present] = await this.secrets()
    if (!present) throw new Error('there is no secret for JWTs')
    const now = this.outside.now()
    const { SignJWT } = await jose()
    return new SignJWT({ address: mailbox.address, ver: this.passwordMark(mailbox) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: present.id })
      .setSubject(mailbox.id)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(Math.floor((now + lifeMs) / 1000))
      .sign(bytesOf(present))
  }

  /** Refuses: credential-wrong, for what is none, is not signed by us with HS256, or has run out. */
  async read(jwt: string): Promise<JwtSays> {
    if (jwt.length > longest) throw new Refusal('credential-wrong')
    const now = this.outside.now()
    const secrets = await this.secrets()
    const { jwtVerify } = await jose()
    const verified = await jwtVerify(
      jwt,
      ({ kid }) => {
        const secret = secrets.find(({ id }) => id === kid)
        if (!secret || isOver(secret, now)) throw new Refusal('credential-wrong')
        return bytesOf(secret)
      },
      { algorithms: ['HS256'], currentDate: new Date(now), requiredClaims: ['sub', 'exp', 'iat', 'ver'] },
    ).catch(() => null)
    const { sub, exp, ver } = verified?.payload ?? {}
    if (sub === undefined || exp === undefined || typeof ver !== 'string') throw new Refusal('credential-wrong')
    return { mailboxId: sub, password: ver, goodUntil: exp * 1000 }
  }

  /** The version of a mailbox's JWTs: another password, and so another salt, makes another one of it. */
  passwordMark({ passwordHash }: Pick<Mailbox, 'passwordHash'>): string {
    // "" is good for nothing: without a password there is no signing in.
    return passwordHash === null ? '' : createHash('sha256').update(passwordHash).digest('hex').slice(0, 32)
  }

  /** A new secret for JWTs from now on; those that are out stay good until they run out. Refuses: as `mustBeAdmin`. */
  async rotate(caller: Caller): Promise<{ oldGoodUntil: number }> {
    mustBeAdmin(caller)
    const now = this.outside.now()
    const before = (await this.secrets()).filter((secret) => !isOver(secret, now))
    const retired = before.map((secret) => ({ ...secret, retiredAt: secret.retiredAt ?? now }))
    const secrets = [this.fresh(), ...retired]
    const by = byOf(caller, this.outside)
    await this.settings.set(name, JSON.stringify(secrets), { by, what: 'jwt-secret.rotated', detail: {} })
    this.kept = Promise.resolve(secrets)
    return { oldGoodUntil: now + lifeMs }
  }

  private secrets(): Promise<Secret[]> {
    this.kept ??= this.settings.keep(name, JSON.stringify([this.fresh()])).then(secretsIn)
    // What failed once is tried again.
    this.kept.catch(() => {
      this.kept = null
    })
    return this.kept
  }

  private fresh(): Secret {
    const secret = Buffer.from(this.outside.randomBytes(32)).toString('hex')
    return { id: this.outside.uuid(), secret, retiredAt: null }
  }
}

/** Loaded when the first mailbox signs in: it takes more than a megabyte. */
const jose = () => import('jose')

const bytesOf = ({ secret }: Secret): Uint8Array => Buffer.from(secret, 'hex')

const isOver = ({ retiredAt }: Secret, now: number): boolean => retiredAt !== null && retiredAt + lifeMs <= now

/** Refuses: storage-damaged. */
function secretsIn(text: string): Secret[] {
  try {
    return Value.Parse(Kept, JSON.parse(text))
  } catch {
    throw new Refusal('storage-damaged', { what: 'the secrets of JWTs' })
  }
}
