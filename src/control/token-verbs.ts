// What a command does to the tokens of mailboxes.
import { Type } from '@sinclair/typebox'
import { operator } from '../accounts/caller.ts'
import { iso } from '../instants.ts'
import { type Ground, verb } from './verb.ts'

export const tokenVerbs = {
  /** A new secret of mailbox JWTs. */
  'token-secret-rotate': verb({
    input: Type.Object({}, { additionalProperties: false }),
    output: Type.Object({ oldGoodUntil: Type.String() }),
    run: async ({ jwts }: Pick<Ground, 'jwts'>) => ({ oldGoodUntil: iso((await jwts.rotate(operator)).oldGoodUntil) }),
  }),
}
