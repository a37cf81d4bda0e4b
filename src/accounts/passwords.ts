// Hashing passwords: argon2id, dear on purpose, so only two at a time and a bounded number waiting.
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'

/** Of what somebody chooses to sign in with. */
export const passwordLength = { least: 8, most: 256 } as const
const atOnce = 2
const mostWaiting = 100

export class Passwords {
  private working = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly outside: Pick<Outside, 'guessCost'>) {}

  /** Refuses: too-busy. */
  hash(password: string): Promise<string> {
    return this.inTurn(() => this.hashed(password))
  }

  /** Of one that somebody chooses to sign in with. Refuses: invalid-request, too-busy. */
  async chosen(password: string): Promise<string> {
    const { least, most } = passwordLength
    if (password.length < least || password.length > most) {
      throw invalid('body.password', `must be ${least} to ${most} characters`)
    }
    return this.hash(password)
  }

  /** Whether it is the password of this hash. Without a hash it takes as long and is false. Refuses: too-busy. */
  async matches(password: string, hash: string | null): Promise<boolean> {
    return this.inTurn(async () => {
      // An empty one is nobody's, and argon2 takes none.
      if (password === '') return false
      if (hash !== null) return Bun.password.verify(password, hash)
      await this.hashed(password)
      return false
    })
  }

  private readonly hashed = (password: string): Promise<string> =>
    Bun.password.hash(password, { algorithm: 'argon2id', ...this.outside.guessCost })

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.working >= atOnce) {
      if (this.waiting.length >= mostWaiting) throw new Refusal('too-busy')
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    } else this.working++
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.working--
    }
  }
}
