// Scenes of golden answers about webhooks: one whose target took a mail and refused another.
import type { Answer } from '../http/serve.ts'
import { onLoopback, receiver } from '../webhooks/receiver.ts'
import { on, type Stage } from './stage.ts'

/** On a server that sends, with a target that takes the first and refuses what comes after it. */
export const hooked = (
  play: (stage: Stage, target: string) => Promise<Answer>,
  env: Record<string, string> = {},
): (() => Promise<Answer>) =>
  on({ env: { ...onLoopback, ...env } }, async (stage) => {
    await using there = receiver()
    there.answer.by = () => new Response(null, { status: there.got.length > 1 ? 503 : 200 })
    stage.core.outside.elapsed = () => 0
    stage.core.outside.randomBytes = (count) => new Uint8Array(count)
    await stage.core.delivering.start()
    try {
      return await play(stage, there.url)
    } finally {
      await stage.core.delivering.stop()
    }
  })

/** Makes a webhook, and has it told of two mails. Answers its path. */
export async function told(stage: Stage, hooks: string, body: object): Promise<string> {
  const { json } = await stage.ask('POST', hooks, { body })
  const { id, address } = await stage.box('full')
  const { mailboxes, messages, delivering, clock } = stage.core
  for (const Subject of ['taken', 'refused']) {
    await stage.mail(address, { Subject })
    await messages.digestAll((await mailboxes.see(stage.caller, id)).mailbox?.key ?? 0)
    await delivering.settled()
    clock.now += 1000
  }
  return `${hooks}/${json['id']}`
}
