// Idempotency-Key: a repeated call gets the first one's answer. Kept in memory, within a bound of entries and of time.
import type { Outside } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'

type Kept = { status: number; headers: [string, string][]; body: Uint8Array }
type Entry = { fingerprint: string; until: number; answer: Promise<Kept | null> }

/** Larger answers are not kept: the call is then made again. */
const mostBytes = 4096

export class Idempotency {
  private readonly entries = new Map<string, Entry>()

  constructor(
    private readonly rules: { keys: number; hours: number },
    private readonly outside: Pick<Outside, 'elapsed'>,
  ) {}

  get size(): number {
    return this.entries.size
  }

  /**
   * Answers a call once. `who`: the credential, or else the client; `route`: where to; `call`: what was sent.
   * Only successes are kept: after anything else nothing has happened, and the same key may try again. A call that
   * comes while the first is under way waits for it.
   * Refuses: invalid-request; idempotency-mismatch for another call under the same key.
   */
  async once(
    key: string,
    { who, route, call }: { who: string; route: string; call: string },
    answer: () => Promise<Response>,
  ): Promise<Response> {
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw invalid('headers.idempotency-key', 'must be 1 to 255 visible ASCII characters')
    }
    if (this.rules.keys === 0) return answer()
    const name = hash(JSON.stringify([who, route, key]))
    const fingerprint = hash(call)
    for (let entry = this.find(name); entry; entry = this.find(name)) {
      if (entry.fingerprint !== fingerprint) throw new Refusal('idempotency-mismatch')
      const kept = await entry.answer
      if (kept) return again(kept)
    }
    return this.first(name, fingerprint, answer)
  }

  private find(name: string): Entry | undefined {
    const entry = this.entries.get(name)
    if (!entry || entry.until > this.outside.elapsed()) return entry
    this.entries.delete(name)
    return undefined
  }

  private async first(name: string, fingerprint: string, answer: () => Promise<Response>): Promise<Response> {
    const kept = Promise.withResolvers<Kept | null>()
    const until = this.outside.elapsed() + this.rules.hours * 3_600_000
    const entry = { fingerprint, until, answer: kept.promise }
    this.entries.set(name, entry)
    this.forgetOldest()
    const forget = (): void => {
      if (this.entries.get(name) === entry) this.entries.delete(name)
    }
    try {
      const response = await answer()
      const copy = await keep(response)
      if (!copy) forget()
      kept.resolve(copy)
      return copy ? again(copy, false) : response
    } catch (error) {
      forget()
      kept.resolve(null)
      throw error
    }
  }

  private forgetOldest(): void {
    for (const name of this.entries.keys()) {
      if (this.entries.size <= this.rules.keys) return
      this.entries.delete(name)
    }
  }
}

const hash = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('base64url')

async function keep(response: Response): Promise<Kept | null> {
  if (!response.ok || response.body === null) return null
  const body = new Uint8Array(await response.clone().arrayBuffer())
  return body.byteLength > mostBytes ? null : { status: response.status, headers: [...response.headers], body }
}

function again({ status, headers, body }: Kept, replayed = true): Response {
  const response = new Response(body, { status, headers })
  if (replayed) response.headers.set('Idempotency-Replayed', 'true')
  return response
}
