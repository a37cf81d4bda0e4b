// Clients that read while something happens to the server. What they hear is checked; that a connection breaks is not.
import { expect } from 'bun:test'
import type { Running } from '../executable/launch.ts'

/** Reads lists, mails and searches of these addresses, again and again. Every answer is one that a reader may get. */
export async function keepReading(server: Running, addresses: readonly string[], stop: () => boolean): Promise<void> {
  for (let n = 0; !stop(); n++) {
    const address = addresses[n % addresses.length] ?? ''
    const query = n % 2 === 0 ? 'limit=5' : 'limit=5&q=mail'
    try {
      const answer = await fetch(`${server.api}/mailboxes/${address}/messages?${query}`)
      const text = await answer.text()
      expect(`${answer.status} ${text.slice(0, 200)}`).toMatch(/^200 |^503 .*(took-too-long|too-busy|storage)/)
    } catch (error) {
      // A refused or broken connection is the server's end, which others look at.
      if (!(error instanceof Error && 'code' in error)) throw error
    }
    await Bun.sleep(2)
  }
}
